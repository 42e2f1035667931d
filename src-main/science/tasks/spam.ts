import type { TaskVariant } from './task'

export const spam: TaskVariant = {
  id: 'spam',
  title: 'Spam or mail',
  question: 'Is this e-mail spam?',
  classes: ['mail', 'spam'],
  examples: 3_523,
  testExamples: 731,
  licence: 'SpamAssassin public corpus: given for testing and research; texts remain with their authors',
  source:
    'Subject and beginning of e-mails, most of 2002, SpamAssassin public mail corpus (spamassassin.apache.org/old/publiccorpus). Addresses, mailing-list tags and footers, quoted headers are masked.',
  sha256: '6600324645cf3b12a9bc02af49e359aa9d610b3596b43ff3ff8c8b6d57ab674c',
}
