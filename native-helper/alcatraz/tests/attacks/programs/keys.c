// Which keys are held down on the display: what a key logger asks again and again.
#include "attack.h"
#include <dlfcn.h>

int main(void) {
    void *x = dlopen("libX11.so.6", RTLD_NOW);
    if (!x) return CANNOT;
    void *(*open_display)(const char *) = (void *(*)(const char *))dlsym(x, "XOpenDisplay");
    int (*query)(void *, char *) = (int (*)(void *, char *))dlsym(x, "XQueryKeymap");
    void *display = open_display(need("SCREEN"));
    char keys[32] = {0};
    if (!display || !query(display, keys)) return REFUSED;
    for (int i = 0; i < 32; i++)
        if (keys[i]) return DONE;
    return REFUSED;
}
