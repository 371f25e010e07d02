/* The floor: the load generator's packets by bare sendmmsg, without keys, to sockets that are drained.
 * Usage: kernel_floor SECONDS PORT... ; prints CPU microseconds for each packet sent. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 64, FRAME_RATE = 30, AUDIO_RATE = 50, PACKETS_PER_FRAME = 4, VIDEO_BYTES = 1070, AUDIO_BYTES = 108 };

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static double cpu_s(void) {
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return u.ru_utime.tv_sec + u.ru_stime.tv_sec + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv) {
    int receivers = argc - 2;
    double seconds = atof(argv[1]);
    static char packet[VIDEO_BYTES];
    struct sockaddr_in *to = calloc(receivers, sizeof *to);
    struct mmsghdr *all = calloc(receivers, sizeof *all);
    struct iovec part = {packet, 0};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    for (int i = 0; i < receivers; i++) {
        to[i].sin_family = AF_INET;
        to[i].sin_port = htons(atoi(argv[i + 2]));
        to[i].sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        all[i].msg_hdr = (struct msghdr){&to[i], sizeof to[i], &part, 1, 0, 0, 0};
    }
    long sent = 0, frame = 0, sound = 0;
    double began = now_s(), cpu = cpu_s();
    while (now_s() - began < seconds) {
        double frame_at = began + (double)frame / FRAME_RATE, sound_at = began + (double)sound / AUDIO_RATE;
        int is_sound = sound_at <= frame_at;
        double wait = (is_sound ? sound_at : frame_at) - now_s();
        if (wait > 0) {
            struct timespec pause = {0, (long)(wait * 1e9)};
            nanosleep(&pause, 0);
        }
        part.iov_len = is_sound ? AUDIO_BYTES : VIDEO_BYTES;
        for (int packets = is_sound ? 1 : PACKETS_PER_FRAME; packets > 0; packets--)
            for (int at = 0; at < receivers; at += BATCH) {
                int count = receivers - at < BATCH ? receivers - at : BATCH;
                int done = sendmmsg(fd, all + at, count, 0);
                sent += done > 0 ? done : 0;
            }
        if (is_sound) sound++; else frame++;
    }
    printf("%f %ld\n", 1e6 * (cpu_s() - cpu) / sent, sent);
    return 0;
}
