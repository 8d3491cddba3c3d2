// A veto over everybody's opens (fanotify with permission events); nothing is marked.
#include "attack.h"
#include <sys/fanotify.h>

int main(void) { return verdict(fanotify_init(FAN_CLASS_PRE_CONTENT, O_RDONLY)); }
