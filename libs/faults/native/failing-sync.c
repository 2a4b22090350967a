/*
 * Preloaded into a process (LD_PRELOAD), it makes every call that brings data to the disk fail with EIO, as long as the
 * file named by NAVORA_FAILING_SYNC exists. Without the file, nothing is changed.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
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

/* A file opened with O_DSYNC is brought to the disk by each write. */
static int failing_write(int fd) {
  int before = errno;
  int flags = fcntl(fd, F_GETFL);
  errno = before;
  return flags != -1 && (flags & O_DSYNC) != 0 && failing();
}

ssize_t write(int fd, const void *bytes, size_t length) {
  if (failing_write(fd)) return -1;
  ssize_t (*real)(int, const void *, size_t) = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  return real(fd, bytes, length);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
  if (failing_write(fd)) return -1;
  ssize_t (*real)(int, const void *, size_t, off64_t) =
      (ssize_t(*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
  return real(fd, bytes, length, offset);
}
