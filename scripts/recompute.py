#!/usr/bin/env python3
"""Recomputes the results of a bundle (version 2 or 3) from its predictions, with numpy and nothing of the lab.

    python3 scripts/recompute.py run.w2s.zip

Every metric, agreement, PGR, steps and differences must agree to the last digits; ends of intervals, which rest on
random numbers of another kind here, to a twelfth of their width, or to three standard errors of the share of resamples
beyond them: the wider of few rows (not those of a PGR that is warned of, but for an accuracy's up to 4 wide, which has
five times the resamples). A metric that is not known here is named and left alone. Texts are right where they equal what
was to follow (or their sha256 does, where texts stay home). Exit status 0: all agree; 1: something does not; 2: the
bundle cannot be read.
"""
import csv, io, json, struct, sys, zipfile
from math import sqrt
import numpy as np

EXACT, RESAMPLES, FEWER, AT_ONCE, OF_WIDTH, OF_SHARE, WIDEST = 1e-9, 20_000, 5000, 500, 1 / 12, 3, 4
# Resamples that ends of the bundle rest on at least.
LABS = 2000
checked, wrong = 0, []


def same(where, told, found, tolerance=EXACT):
    global checked
    checked += 1
    if (told is None) != (found is None) or (told is not None and not abs(told - found) <= tolerance):
        wrong.append(f'{where}: the bundle says {told}, its predictions {found}')


def tensors(raw):
    size = struct.unpack('<Q', raw[:8])[0]
    kinds = {'F32': np.float32, 'F64': np.float64, 'I32': np.int32, 'I64': np.int64}
    out = {}
    for name, head in json.loads(raw[8:8 + size]).items():
        if name == '__metadata__':
            continue
        start, end = head['data_offsets']
        out[name] = np.frombuffer(raw[8 + size + start:8 + size + end], kinds[head['dtype']]).reshape(head['shape'])
    return out


def distribution(p, classes):
    """Probabilities of all classes, of those of the classes from 1 on."""
    rest = p.reshape(-1, classes - 1).astype(float)
    return np.concatenate([1 - rest.sum(1, keepdims=True), rest], 1)


def decide(p, classes):
    """The most probable class, the first one on a tie; or the text that was written."""
    if p.dtype == object:
        return p
    if classes == 2:
        return (p.reshape(-1) > np.float32(0.5)).astype(int)
    return np.argmax(distribution(p, classes), 1)


def last_best(values, start):
    values = np.asarray(values, dtype=float)[start:]
    return start + len(values) - 1 - int(np.argmax(values[::-1]))


def share(mask, among=None):
    if among is None:
        return float(mask.mean())
    return float((mask & among).sum() / among.sum()) if among.any() else None


def student_t(freedom):
    """97.5 % quantile, by bisection over a numerical integral of the density."""
    if freedom > 300:
        return 1.959964
    u = np.linspace(0, np.pi / 2, 200_001)[1:-1]
    mass = np.cos(u) ** (freedom - 1)
    tail = np.cumsum(mass[::-1])[::-1] / mass.sum()
    return sqrt(freedom) * np.tan(u[np.searchsorted(-tail, -0.05)])


class Sample:
    """A mean over seeds: its value, that of each seed, and resamples of groups (`rows`) and of both (`all`)."""

    def __init__(self, seeds, rows, moved, groups):
        self.seeds, self.rows, self.all, self.groups = seeds, rows, moved, groups
        self.value = seeds.mean()

    def __sub__(self, other):
        return Sample(self.seeds - other.seeds, self.rows - other.rows, self.all - other.all, self.groups)

    def times(self, factor):
        return Sample(self.seeds * factor, self.rows * factor, self.all * factor, self.groups)

    def reach(self):
        # A resample may have no row of the kind that is told of: it says nothing of the error.
        rows = np.nanvar(self.rows, ddof=1) * self.groups / max(1, self.groups - 1)
        seeds = self.seeds.var(ddof=1) / len(self.seeds) if len(self.seeds) > 1 else 0.0
        parts = rows ** 2 / max(1, self.groups - 1) + (seeds ** 2 / (len(self.seeds) - 1) if seeds else 0)
        return student_t(max(1.0, (rows + seeds) ** 2 / parts)) if parts > 0 else 1.959964

    def widened(self, reach):
        return self.value + (self.all - self.value) * reach / 1.959964


def draw(groups, seeds, rng):
    """How often each group is drawn in each resample, and by how much the weights of seeds move."""
    names, number = np.unique(groups, return_inverse=True)
    times = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=RESAMPLES).astype(float)
    z = rng.standard_normal((RESAMPLES, seeds))
    moved = (z - z.mean(1, keepdims=True)) / sqrt(seeds * max(1, seeds - 1))
    return names, number, times, moved


def mean_of(values):
    """The mean under weights, [resamples, rows]."""
    return lambda w: w @ values / w.sum(1)


def accuracy(p, truth, classes):
    return mean_of((decide(p, classes) == truth).astype(float))


def area(scores, positive):
    """Of one class against the rest, equals counting half."""
    order = np.argsort(scores, kind='stable')
    starts = np.flatnonzero(np.r_[True, np.diff(scores[order]) != 0])

    def of(w):
        ranked = w[:, order]
        above = np.add.reduceat(ranked * positive[order], starts, axis=1)
        rest = np.add.reduceat(ranked * ~positive[order], starts, axis=1)
        below = np.cumsum(rest, 1) - rest / 2
        with np.errstate(invalid='ignore'):
            return (above * below).sum(1) / (above.sum(1) * rest.sum(1))

    return of


def auroc(p, truth, classes):
    likely = distribution(p, classes)
    areas = [area(likely[:, c], truth == c) for c in ([1] if classes == 2 else range(classes))]
    return lambda w: np.nanmean([of(w) for of in areas], 0)


def ece(p, truth, classes):
    likely, said = distribution(p, classes), decide(p, classes)
    sure = likely.max(1)
    inside = np.eye(15)[np.clip(np.ceil(sure * 15).astype(int) - 1, 0, 14)]
    off = ((said == truth) - sure)[:, None] * inside
    return lambda w: np.abs(w @ off).sum(1) / w.sum(1)


def brier(p, truth, classes):
    return mean_of(((distribution(p, classes) - np.eye(classes)[truth]) ** 2).sum(1))


def mean_among(values, flag):
    """The mean over the rows that `flag` names; NaN where none of them was drawn."""

    def of(w):
        with np.errstate(invalid='ignore'):
            return (w * flag) @ values / (w @ flag)

    return of


def cross_entropy(weak, student, classes):
    """Of each row, of the student's probabilities to the supervisor's."""
    return -(distribution(weak, classes) * np.log(distribution(student, classes).clip(2.0 ** -24, 1))).sum(1)


def logloss(p, truth, classes):
    of_truth = distribution(p, classes)[np.arange(len(truth)), truth]
    return mean_of(-np.log(of_truth.clip(2.0 ** -24, 1)))


# Of probabilities and truth a function that tells the metric of each row of weights.
METRICS = {'accuracy': accuracy, 'auroc': auroc, 'ece': ece, 'brier': brier, 'logloss': logloss}
# A text has no probabilities of others, so of these alone it can be told.
OF_TEXTS = {'accuracy'}
LESS_IS_BETTER = {'ece', 'brier', 'logloss'}
ROLES = ('weak', 'student', 'ceiling')
RANGES = {'accuracy': (0, 1), 'auroc': (0, 1), 'ece': (0, 1), 'brier': (0, 2), 'logloss': (0, np.inf)}


def sample(drawn, statistics, resamples=RESAMPLES):
    """A metric of every seed, told of resamples."""
    names, number, times, moved = drawn
    ones = np.ones((1, len(number)))
    chunks = [
        np.stack([of(times[r:r + AT_ONCE][:, number]) for of in statistics], 1) for r in range(0, resamples, AT_ONCE)
    ]
    by_seed = np.concatenate(chunks)
    mean = by_seed.mean(1)
    all_ = mean + (moved[:resamples] * (by_seed - mean[:, None])).sum(1)
    return Sample(np.array([of(ones)[0] for of in statistics]), mean, all_, len(names))


def ends(where, told, replicates, low=-np.inf, high=np.inf):
    defined = replicates[~np.isnan(replicates)].clip(low, high)
    found = np.quantile(defined, [0.025, 0.975])
    tolerance = OF_WIDTH * (found[1] - found[0]) + 1e-9
    for end, share, at in (('low', 0.025, found[0]), ('high', 0.975, found[1])):
        # Replicates of few rows lie in lumps: between two of them an end may be anywhere, by chance.
        chance = OF_SHARE * sqrt(share * (1 - share) * (1 / LABS + 1 / len(defined)))
        by_share = (defined < told[end]).mean() - chance <= share <= (defined <= told[end]).mean() + chance
        same(f'{where}, {end} end', told[end], at, np.inf if by_share else tolerance)


def ratio(samples, sign=1):
    """PGR of the roles: its value, its linear form, and its replicates at a reach. `sign` -1 where less is better."""
    weak, student, ceiling = (samples[role] for role in ROLES)
    above, gap = (student - weak).times(sign), (ceiling - weak).times(sign)
    value = above.value / gap.value

    def replicates(reach):
        below = gap.widened(reach)
        return np.where(below > 0, above.widened(reach) / np.where(below > 0, below, 1), np.nan)

    return value, above.times(1 / gap.value) - gap.times(value / gap.value), replicates


def measures_of(report, version):
    """The metrics that are told, by name: those of version 2 stand in the open, and are of accuracy."""
    if version > 2:
        return report['measures']
    names = ('weak', 'student', 'ceiling', 'pgr', 'references')
    return {'accuracy': {name: report[name] for name in names} | {'bySeed': report['bySeed']}} if report['weak'] else {}


class Arm:
    def __init__(self, report, bundle):
        self.report, self.where, b = report, report['arm']['title'], bundle
        self.told = {name: of for name, of in measures_of(report, b.version).items() if name in METRICS}
        test = b.test(report['arm']['task'], report['arm']['measure'])
        truth, self.groups, k = test['truth'], test['group'], test['classes']
        if truth.dtype == object and set(self.told) - OF_TEXTS:
            raise ValueError(f"{self.where}: tells {', '.join(sorted(set(self.told) - OF_TEXTS))} of texts, which have none")
        told = {s['seed']: s for s in report['bySeed']}
        # The levels beside the three, by names of their own.
        self.levels = list(next(iter(self.told.values()))['references']) if self.told else []
        names = (*ROLES, *map(beside, self.levels))
        self.statistics = {metric: {name: [] for name in names} for metric in self.told}
        self.seeds, self.imitation, self.stopped = [], [], []
        for seed in report['arm']['seeds']:
            if seed['seed'] not in told:
                continue
            W, C, T = (b.evaluations(seed[role]) for role in ('weak', 'ceiling', 'student'))
            epochs = b.stage(seed['student'])['config']['optimiser']['epochs']
            steps = T['steps'].astype(int)
            weak, ceiling = decide(W['test'][-1], k), decide(C['test'][-1], k)
            students = [decide(p, k) for p in T['test']]
            right = np.array([s == truth for s in students])
            agrees = [(decide(p, k) == decide(W['validation'][-1], k)).mean() for p in T['validation']]
            trained = [i for i, s in enumerate(steps) if s > 0 and (epochs <= 1 or s * epochs >= steps[-1])]
            start = trained[0] if trained else len(steps) - 1
            at = {'last': len(steps) - 1, 'weak-validation': last_best(agrees, start), 'oracle': last_best(right.mean(1), start)}
            reported = at[report['stop']]
            student, good = students[reported], weak == truth
            found = {
                'agreement': share(student == weak), 'agreementWeakRight': share(student == weak, good),
                'agreementWeakWrong': share(student == weak, ~good),
                'ceilingAgreementWeakWrong': share(ceiling == weak, ~good), 'step': int(steps[reported]),
            }
            for name, value in found.items():
                same(f"{self.where}, seed {seed['seed']}, {name}", told[seed['seed']][name], value)
            self.seeds.append(seed['seed'])
            if truth.dtype != object:
                self.imitation.append((cross_entropy(W['test'][-1], T['test'][reported], k), good))
            self.stopped.append((right[at['weak-validation']], right[-1]))
            said = {'weak': W['test'][-1], 'student': T['test'][reported], 'ceiling': C['test'][-1]}
            said |= {beside(name): b.evaluations(seed['references'][name])['test'][-1] for name in self.levels}
            for metric, of_roles in self.statistics.items():
                for name, p in said.items():
                    of_roles[name].append(METRICS[metric](p, truth, k))
                self.check_seed(metric, seed['seed'], {name: of[-1] for name, of in of_roles.items()}, len(truth))

    def check_seed(self, metric, seed, statistics, rows):
        told = next(s for s in self.told[metric]['bySeed'] if s['seed'] == seed)
        found = {name: float(statistics[name](np.ones((1, rows)))[0]) for name in ROLES}
        gap = found['ceiling'] - found['weak']
        found['pgr'] = (found['student'] - found['weak']) / gap if gap * sign_of(metric) > 0 else None
        for name, value in found.items():
            same(f'{self.where}, seed {seed}, {metric}, {name}', told[name], value)

    def drawn(self, metric, seeds, rng):
        chosen = [self.seeds.index(s) for s in seeds]
        drawn = draw(self.groups, len(seeds), rng)
        resamples = RESAMPLES if metric == 'accuracy' else FEWER
        return {name: sample(drawn, [of[i] for i in chosen], resamples) for name, of in self.statistics[metric].items()}

    def check(self):
        if not self.seeds:
            return
        told = self.report
        same(f'{self.where}, groups', told['covers']['groups'], len(set(self.groups)))
        same(f'{self.where}, rows', told['covers']['rows'], len(self.groups))
        for name in ('agreement', 'agreementWeakRight', 'agreementWeakWrong'):
            values = [s[name] for s in told['bySeed'] if s[name] is not None]
            same(f'{self.where}, {name}', told[name] and told[name]['value'], float(np.mean(values)) if values else None)
        for metric in self.told:
            self.check_metric(metric)
        self.check_imitation()
        if 'tax' in told:
            # One is the cross-fitted oracle over the last step, the other over where weak labels stop: the oracle cancels.
            found = np.mean([last.mean() - weak.mean() for weak, last in self.stopped])
            same(f'{self.where}, tax over saving', told['tax']['value'] - told['saving']['value'], found)

    def check_imitation(self):
        """Cross-entropy to the supervisor, over all rows and where it is right and wrong."""
        drawn = draw(self.groups, len(self.seeds), np.random.default_rng(3))
        for name, told in self.report.get('crossEntropy', {}).items():
            flags = [{'all': np.ones(len(good)), 'weakRight': good, 'weakWrong': ~good}[name] for _, good in self.imitation]
            if told is None or not all(flag.any() for flag in flags):
                continue
            of = [mean_among(values, flag) for (values, _), flag in zip(self.imitation, flags)]
            found = sample(drawn, of, FEWER)
            same(f'{self.where}, cross-entropy {name}', told['value'], found.value)
            ends(f'{self.where}, cross-entropy {name}', told, found.widened(found.reach()), 0)

    def check_metric(self, metric):
        told, where = self.told[metric], f'{self.where}, {metric}'
        found = self.drawn(metric, self.seeds, np.random.default_rng(1))
        levels = {beside(name): of for name, of in told.get('references', {}).items()}
        for name, of in found.items():
            of_name = levels.get(name) or told[name]
            same(f'{where}, {name}', of_name['value'], of.value)
            ends(f'{where}, {name}', of_name, of.widened(of.reach()), *RANGES[metric])
        sign = sign_of(metric)
        if told['pgr']['defined']:
            value, linear, replicates = ratio(found, sign)
            same(f'{where}, PGR', told['pgr']['value'], value)
            if self.is_steady(metric):
                ends(f'{where}, PGR', told['pgr'], replicates(linear.reach()))
        else:
            same(f'{where}, gap', told['pgr']['gap'], sign * (found['ceiling'].value - found['weak'].value))

    def is_steady(self, metric):
        """Whether the ends of a PGR can be held against other random numbers: those of a ratio that is warned of are told
        of too few resamples for that, but for accuracy, and of accuracy where they lie far apart."""
        pgr = self.told[metric]['pgr']
        if not pgr['defined']:
            return False
        return pgr['warning'] is None or (metric == 'accuracy' and pgr['high'] - pgr['low'] <= WIDEST)


class Elsewhere(Arm):
    """An arm on a test set from elsewhere: all three models at their last evaluation, the only one that there is."""

    def __init__(self, arm, told, bundle):
        name, report, b = f"elsewhere/{told['id']}", arm.report, bundle
        self.where, self.told = f"{arm.where}, {told['id']}", {m: of for m, of in told['measures'].items() if m in METRICS}
        test = b.test(report['arm']['task'], name)
        truth, self.groups, k = test['truth'], test['group'], test['classes']
        same(f'{self.where}, groups', told['groups'], len(set(self.groups)))
        same(f'{self.where}, rows', told['rows'], len(self.groups))
        self.seeds = arm.seeds
        self.statistics = {metric: {name: [] for name in ('weak', 'student', 'ceiling')} for metric in self.told}
        for seed in (s for s in report['arm']['seeds'] if s['seed'] in self.seeds):
            said = {role: b.evaluations(seed[role])[name][-1] for role in ('weak', 'student', 'ceiling')}
            for metric, of_roles in self.statistics.items():
                for role, p in said.items():
                    of_roles[role].append(METRICS[metric](p, truth, k))
                self.check_seed(metric, seed['seed'], {role: of[-1] for role, of in of_roles.items()}, len(truth))

    def check(self):
        for metric in self.told:
            self.check_metric(metric)


def check_elsewhere(arm, bundle):
    """Every set that its seeds were asked about is told, and nothing else."""
    told = arm.report.get('elsewhere', [])
    asked = bundle.sets(arm.report['arm']['task']) if arm.seeds else []
    if [f"elsewhere/{of['id']}" for of in told] != asked:
        wrong.append(f"{arm.where}: tells of {[of['id'] for of in told]}, and was asked about {asked}")
    for of in told:
        Elsewhere(arm, of, bundle).check()


def beside(level):
    """The name of a level among the roles."""
    return f'reference, {level}'


def sign_of(metric):
    return -1 if metric in LESS_IS_BETTER else 1


def check_contrast(told, arms, version):
    one, other = arms[told['arm']], arms[told['against']]
    common = [s for s in one.seeds if s in other.seeds]
    same(f"{told['title']}, seeds", told['seeds'], len(common))
    measures = told['measures'] if version > 2 else {'accuracy': told}
    for metric, differences in measures.items():
        if metric in METRICS:
            check_difference(f"{told['title']}, {metric}", metric, differences, one, other, common)


def check_difference(where, metric, told, one, other, common):
    # The same random numbers for both: what they share cancels.
    a, b = (arm.drawn(metric, common, np.random.default_rng(2)) for arm in (one, other))
    student = a['student'] - b['student']
    same(f'{where}, student', told['student']['value'], student.value)
    ends(f'{where}, student', told['student'], student.widened(student.reach()))
    if told['pgr']:
        sign = sign_of(metric)
        (value, linear, of), (less, against, minus) = ratio(a, sign), ratio(b, sign)
        reach = (linear - against).reach()
        same(f'{where}, PGR', told['pgr']['value'], value - less)
        if one.is_steady(metric) and other.is_steady(metric):
            ends(f'{where}, PGR', told['pgr'], of(reach) - minus(reach))


class Bundle:
    def __init__(self, path):
        self.zip = zipfile.ZipFile(path)
        self.stages = {s['key']: s for s in self.json('plan.json')['stages']}
        self.version = self.json('bundle.json')['version']

    def json(self, name):
        return json.loads(self.zip.read(name))

    def stage(self, key):
        return self.stages[key]

    def evaluations(self, key):
        """Steps and, by split, what was said at each evaluation: probabilities, or texts as an array of objects."""
        name = f'evaluations/{key}.json'
        if name not in self.zip.namelist():
            return tensors(self.zip.read(f'evaluations/{key}.safetensors'))
        told = self.json(name)
        splits = {split: [np.array(at['texts'], dtype=object) for at in said] for split, said in told['splits'].items()}
        return {'steps': np.array(told['steps'])} | splits

    def sets(self, task):
        """Names of the test sets from elsewhere that the models of a task were asked about."""
        text = self.zip.read(f'examples/{task}.csv').decode()
        splits = dict.fromkeys(r['split'] for r in csv.DictReader(io.StringIO(text, newline='')))
        return [name for name in splits if name.startswith('elsewhere/')]

    def test(self, task, measure):
        text = self.zip.read(f'examples/{task}.csv').decode()
        rows = list(csv.DictReader(io.StringIO(text, newline='')))
        test = [r for r in rows if r['split'] == measure]
        if 'target' in rows[0]:
            truth = np.array([r['target'] for r in test], dtype=object)
            return {'truth': truth, 'group': [r['group'] for r in test], 'classes': 0}
        classes = 1 + max(int(r['truth']) for r in rows)
        return {'truth': np.array([int(r['truth']) for r in test]), 'group': [r['group'] for r in test], 'classes': classes}


def main(path):
    try:
        bundle = Bundle(path)
        results = bundle.json('results.json')
        arms = {report['arm']['id']: Arm(report, bundle) for report in results['arms']}
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        print(f'{path}: {type(error).__name__}: {error}')
        return 2
    for arm in arms.values():
        arm.check()
        check_elsewhere(arm, bundle)
    for contrast in results['contrasts']:
        check_contrast(contrast, arms, bundle.version)
    unknown = {m for r in results['arms'] for m in measures_of(r, bundle.version)} - set(METRICS)
    if unknown:
        print(f"not computed here: {', '.join(sorted(unknown))}")
    for line in wrong:
        print(line)
    print(f'{checked - len(wrong)} of {checked} numbers agree: {len(arms)} arms, {len(results["contrasts"])} differences')
    return 1 if wrong else 0


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
