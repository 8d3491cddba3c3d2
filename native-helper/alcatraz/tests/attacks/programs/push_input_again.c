// TIOCSTI once more, by the name that every process has for its terminal.
#include "attack.h"
#include <sys/ioctl.h>

int main(void) {
    int terminal = open("/dev/tty", O_RDWR);
    if (terminal < 0) return CANNOT;
    for (const char *text = "echo hurt\n"; *text; text++)
        if (ioctl(terminal, TIOCSTI, text)) return verdict(-1);
    return DONE;
}
