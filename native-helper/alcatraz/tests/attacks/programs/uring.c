// A queue of calls that no filter sees.
#include "attack.h"
#include <linux/io_uring.h>

int main(void) {
    struct io_uring_params parameters = { 0 };
    return verdict(syscall(SYS_io_uring_setup, 4, &parameters));
}
