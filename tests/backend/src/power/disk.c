/* What a program writes to one SQLite file, and when it waited for the disk: for LD_PRELOAD, beside a program that is killed.
 *
 * POWER_FILE names the file; its -wal and -journal count too. Each call is carried out as it is, and then appended to POWER_LOG:
 * a letter for the call (w: written, s: synced, t: cut to a length, u: unlinked), one for the file (d: itself, l: its log, j: its
 * journal), offset or length, number of bytes (both of 8 bytes, in the machine's order), and the bytes. A call and its record are
 * one step to the program's other threads. What is killed between the two counts as not done, which is what a disk without power
 * may make of it, too. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static char which(const char *path)
{
    const char *file = getenv("POWER_FILE");
    size_t length = file ? strlen(file) : 0;
    if (!length || strncmp(path, file, length))
        return 0;
    if (!strcmp(path + length, ""))
        return 'd';
    if (!strcmp(path + length, "-wal"))
        return 'l';
    return strcmp(path + length, "-journal") ? 0 : 'j';
}

static char which_open(int fd)
{
    char link[32] = "/proc/self/fd/", path[4096];
    char digits[12];
    int at = sizeof digits;
    if (fd < 0)
        return 0;
    digits[--at] = 0;
    do
        digits[--at] = '0' + fd % 10;
    while (fd /= 10);
    strcat(link, digits + at);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    return which(path);
}

static void note(char call, char file, uint64_t at, const void *bytes, uint64_t many)
{
    static int log = -1;
    const char *name = getenv("POWER_LOG");
    if (!file || !name)
        return;
    if (log < 0)
        log = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    char head[18] = {call, file};
    memcpy(head + 2, &at, 8);
    memcpy(head + 10, &many, 8);
    struct iovec parts[] = {{head, sizeof head}, {(void *)bytes, many}};
    if (writev(log, parts, 2) != (ssize_t)(sizeof head + many))
        abort();
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

/* Carries out the call, whose result is `done`, and where it succeeded notes it. */
#define IN_TURN(type, call, succeeded, noted) \
    pthread_mutex_lock(&turn); \
    type done = call; \
    if (succeeded) \
        noted; \
    pthread_mutex_unlock(&turn); \
    return done

ssize_t pwrite64(int fd, const void *bytes, size_t many, off64_t at)
{
    IN_TURN(ssize_t, REAL(pwrite64)(fd, bytes, many, at), done > 0, note('w', which_open(fd), at, bytes, done));
}

ssize_t pwrite(int fd, const void *bytes, size_t many, off_t at)
{
    IN_TURN(ssize_t, REAL(pwrite)(fd, bytes, many, at), done > 0, note('w', which_open(fd), at, bytes, done));
}

static void note_write(int fd, const void *bytes, ssize_t many)
{
    char file = which_open(fd);
    if (file)
        note('w', file, lseek(fd, 0, SEEK_CUR) - many, bytes, many);
}

ssize_t write(int fd, const void *bytes, size_t many)
{
    IN_TURN(ssize_t, REAL(write)(fd, bytes, many), done > 0, note_write(fd, bytes, done));
}

int fdatasync(int fd)
{
    IN_TURN(int, REAL(fdatasync)(fd), !done, note('s', which_open(fd), 0, "", 0));
}

int fsync(int fd)
{
    IN_TURN(int, REAL(fsync)(fd), !done, note('s', which_open(fd), 0, "", 0));
}

int ftruncate64(int fd, off64_t length)
{
    IN_TURN(int, REAL(ftruncate64)(fd, length), !done, note('t', which_open(fd), length, "", 0));
}

int ftruncate(int fd, off_t length)
{
    IN_TURN(int, REAL(ftruncate)(fd, length), !done, note('t', which_open(fd), length, "", 0));
}

int unlink(const char *path)
{
    IN_TURN(int, REAL(unlink)(path), !done, note('u', which(path), 0, "", 0));
}
