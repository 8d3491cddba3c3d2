//! Lets commits, undos and recoveries die at every step.
