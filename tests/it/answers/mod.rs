//! Every row of the contract's table of answers, and bodies that only look like them.

mod initiate;
mod verify;
