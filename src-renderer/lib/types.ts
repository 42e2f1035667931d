// One door for the contract's types, so that views need no path out of this folder.
export type * from '../../src-preload/contract'
