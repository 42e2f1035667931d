"""Writes logconf-classes.json: the confidence loss of more than two classes, by PyTorch and by trying every way to deal
the examples of a batch to their classes. Nothing of the lab is used. Run with torch 2.13: python make-logconf-classes.py"""
import itertools, json, pathlib
import torch

torch.manual_seed(7)


def counts_of(shares, n):
    whole = [int(s * n) for s in shares]
    by_rest = sorted(range(len(shares)), key=lambda c: (-round(shares[c] * n - whole[c], 9), c))
    for c in by_rest[: n - sum(whole)]:
        whole[c] += 1
    return whole


def deal(log_p, counts):
    """The classes, counts[c] examples of each, under which the examples are most probable together: all are tried."""
    n, k = log_p.shape
    best, chosen = -float('inf'), None
    for hard in itertools.product(range(k), repeat=n):
        if [hard.count(c) for c in range(k)] != counts:
            continue
        total = sum(log_p[i, c].item() for i, c in enumerate(hard))
        if total > best:
            best, chosen = total, hard
    return list(chosen)


cases = []
for name, n, k, scale in [('three classes', 8, 3, 1.5), ('four classes', 8, 4, 2.0), ('one class nearly always', 7, 4, 1.0), ('five classes, fewer examples', 4, 5, 1.0)]:
    logits = (torch.randn(n, k) * scale).float()
    if name == 'one class nearly always':
        logits[:, 2] += 4
    labels = torch.softmax(torch.randn(n, k) * 1.5, 1).float()
    for rule in ('weak-mean', 'half'):
        z = logits.double().requires_grad_()
        w = labels.double()
        shares = w.mean(0).tolist() if rule == 'weak-mean' else [1 / k] * k
        counts = counts_of(shares, n)
        hard = deal(torch.log_softmax(z, 1), counts)
        for alpha in (0.0, 0.25, 0.75):
            own = torch.nn.functional.one_hot(torch.tensor(hard), k).double()
            target = (1 - alpha) * w + alpha * own
            loss = torch.nn.functional.cross_entropy(z, target)
            (grad,) = torch.autograd.grad(loss, z)
            cases.append({
                'name': f'{name}, {rule}, alpha {alpha}', 'threshold': rule, 'alpha': alpha,
                'logits': logits.tolist(), 'labels': labels.tolist(), 'counts': counts, 'hard': hard,
                'loss': loss.item(), 'grad': grad.tolist(),
            })
path = pathlib.Path(__file__).with_name('logconf-classes.json')
path.write_text(json.dumps({'torch': torch.__version__, 'cases': cases}))
