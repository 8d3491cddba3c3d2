#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>
static volatile int done;
static volatile long got;
static pthread_t target;
static void handler(int s) { got++; }
static void *storm(void *arg) { while (!done) { pthread_kill(target, SIGURG); usleep(5); } return 0; }
int main(void) {
    struct sigaction a = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigaction(SIGURG, &a, 0);
    target = pthread_self();
    pthread_t t;
    pthread_create(&t, 0, storm, 0);
    int opened = 0;
    for (int i = 0; i < 20000; i++) { int fd = open("/etc/passwd", O_RDONLY); if (fd >= 0) { opened++; close(fd); } }
    done = 1;
    pthread_join(t, 0);
    printf("opened %d signals %ld\n", opened, got);
    return opened != 20000 || got < 10;
}
