/*
 * Preloaded into a process (LD_PRELOAD), it makes every call that brings data to the disk fail with EIO, as long as the
 * file named by NAVORA_FAILING_SYNC exists. Without the file, nothing is changed.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static int failing(void) {
  int before = errno;
  const char *file = getenv("NAVORA_FAILING_SYNC");
  int yes = file != NULL && access(file, F_OK) == 0;
  errno = yes ? EIO : before;
  return yes;
}

int fsync(int fd) {
  if (failing()) return -1;
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  return real(fd);
}

int fdatasync(int fd) {
  if (failing()) return -1;
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  return real(fd);
}

int msync(void *address, size_t length, int flags) {
  if (failing()) return -1;
  int (*real)(void *, size_t, int) = (int (*)(void *, size_t, int))dlsym(RTLD_NEXT, "msync");
  return real(address, length, flags);
}
