# More than was allowed, once there is a limit.
ulimit -n 100 && ulimit -n 200
