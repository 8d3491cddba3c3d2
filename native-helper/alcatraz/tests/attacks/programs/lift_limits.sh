# More than was allowed, once there is a limit.
ulimit -Hn 100 && ulimit -Hn 200
