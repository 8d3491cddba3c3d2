# Another turn at every disk for all that its user runs: the last, or where that is so already, another one.
case "$(ionice)" in
    idle) ionice --class 2 --classdata 7 --uid "$(id -u)" ;;
    *) ionice --class 3 --uid "$(id -u)" ;;
esac
