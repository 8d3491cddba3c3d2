// Not an attack but a tool of two: adds a line to a file, with whatever rights it has.
#include "attack.h"

int main(int count, char **arguments) {
    int file = count == 2 ? open(arguments[1], O_WRONLY | O_APPEND) : -1;
    return verdict(file < 0 ? file : dprintf(file, "hurt\n"));
}
