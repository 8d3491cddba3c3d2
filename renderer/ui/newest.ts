// Tells the answer to the newest of several questions from the late ones, which would put what was over what is.

/** Returns how to begin a question; what that returns tells whether no newer one was begun since. */
export function newest(): () => () => boolean {
  let last = 0;
  return () => {
    last += 1;
    const mine = last;
    return () => mine === last;
  };
}
