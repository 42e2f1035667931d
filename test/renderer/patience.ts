import { configure } from '@testing-library/svelte'

// What is looked for may be loaded late where a machine has other work.
configure({ asyncUtilTimeout: 8000 })
