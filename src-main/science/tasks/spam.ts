import type { TaskVariant } from './task'

export const spam: TaskVariant = {
  id: 'spam',
  title: 'Spam or mail',
  question: 'Is this e-mail spam?',
  classes: ['mail', 'spam'],
  examples: 3_523,
  testExamples: 731,
  letters: 850,
  lengthAlone: 0.603,
  licence: 'SpamAssassin public corpus: given for testing and research; texts remain with their authors',
  sharable: false,
  source:
    'Subject and beginning of e-mails, most of 2002, SpamAssassin public mail corpus (spamassassin.apache.org/old/publiccorpus). Addresses, mailing-list tags and footers, quoted headers are masked. Mails of one thread and near twins are one group.',
  sha256: '7a49442719bd51ce2bd70b3b8c6b16a223ec554cc2e6339608398c88727f0e9e',
}
