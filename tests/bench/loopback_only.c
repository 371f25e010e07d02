/* Preloaded into Janus: the machine has but one interface, its loopback, and that is not called so.
 * Janus never offers a loopback address by itself, and a bench is to bind none that others can reach. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stddef.h>

int getifaddrs(struct ifaddrs **found) {
    int (*real)(struct ifaddrs **) = (int (*)(struct ifaddrs **))dlsym(RTLD_NEXT, "getifaddrs");
    int status = real(found);
    if (status != 0) return status;
    for (struct ifaddrs *one = *found; one != NULL; one = one->ifa_next) {
        int ours = (one->ifa_flags & IFF_LOOPBACK) && one->ifa_addr != NULL && one->ifa_addr->sa_family == AF_INET;
        one->ifa_flags = ours ? one->ifa_flags & ~(unsigned)IFF_LOOPBACK : 0;
    }
    return 0;
}
