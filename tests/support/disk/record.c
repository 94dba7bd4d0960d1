// Writes down what a process does to the files of a folder, in its order, so that a test can tell what a disk would hold
// if the power went away. It is loaded into the process with LD_PRELOAD.
//
// DISK_FOLDER  the folder
// DISK_LOG     where it is written down. While there is a file of this name with .failing behind it, every second sync
//              fails, by DISK_SEED
// DISK_CUT     the step before which the process dies, counted from 1
// DISK_COUNTS  how the names of files end whose steps are counted
// DISK_LIES    how the names of files end whose syncs are said to be done, and are not
//
// These are the calls that SQLite and the standard library make. The test finds out if there are others, because then the
// files hold something else than what is written down. Renames are read from the folder when it is synced: they are made by
// system calls that nothing can come before. The shared memory beside a database is no part of it: nobody reads it after
// a restart.

#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BORN = 1, WRITE, LENGTH, SYNC, FAILED_SYNC, ENTRY, FOLDER_SYNC, UNDER_WAY };

// What follows it are the bytes of a write, or the name of an entry.
struct record {
    uint32_t what, size;
    uint64_t inode, place;
};

// What is to be known of an open file.
enum { WATCHED = 1, FOLDER = 2, LIAR = 4, COUNTED = 8 };

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static const char *folder, *lies, *counts;
static char failing[4096];
static long steps, cut;
static unsigned seed;
static int record_file = -1;
static unsigned char kinds[1 << 16];

__attribute__((constructor)) static void start(void) {
    const char *log = getenv("DISK_LOG"), *number = getenv("DISK_CUT"), *first = getenv("DISK_SEED");
    if (log == NULL) return;
    folder = getenv("DISK_FOLDER");
    lies = getenv("DISK_LIES");
    counts = getenv("DISK_COUNTS");
    cut = number == NULL ? 0 : atol(number);
    seed = first == NULL ? 0 : (unsigned)atol(first);
    snprintf(failing, sizeof failing, "%s.failing", log);
    record_file = REAL(open)(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

static int ends(const char *text, const char *end) {
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

static int kind_of(const char *path) {
    if (record_file < 0) return 0;
    size_t length = strlen(folder);
    if (strncmp(path, folder, length) != 0 || ends(path, "-shm")) return 0;
    if (path[length] != 0 && path[length] != '/') return 0;
    return WATCHED | (path[length] == 0 ? FOLDER : 0) | (lies != NULL && ends(path, lies) ? LIAR : 0) |
           (counts != NULL && ends(path, counts) ? COUNTED : 0);
}

static int kind(int file) { return file >= 0 && file < (int)sizeof kinds ? kinds[file] : 0; }

static void put(uint32_t what, uint64_t inode, uint64_t place, const void *bytes, uint32_t size) {
    struct record record = {what, size, inode, place};
    REAL(write)(record_file, &record, sizeof record);
    if (size > 0) REAL(write)(record_file, bytes, size);
}

static uint64_t inode(int file) {
    struct stat stat;
    return fstat(file, &stat) == 0 ? stat.st_ino : 0;
}

// Begins a step; whether it is the one that the process dies before.
static int last(int kind) {
    pthread_mutex_lock(&turn);
    return (kind & COUNTED) && ++steps == cut;
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

static long done(long result) {
    int error = errno;
    pthread_mutex_unlock(&turn);
    errno = error;
    return result;
}

static int opened(const char *path, int flags, mode_t mode) {
    int of = kind_of(path), file;
    // Nothing that is open already, or only read, is a step.
    int born = of && (flags & O_CREAT) && access(path, F_OK) != 0;
    if (born && last(of)) die();
    file = REAL(open)(path, flags, mode);
    if (file >= 0 && file < (int)sizeof kinds) kinds[file] = of;
    if (!born) return file;
    if (file >= 0) put(BORN, inode(file), 0, NULL, 0);
    return done(file);
}

int open(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
    va_end(more);
    return opened(path, flags, mode);
}

int open64(const char *path, int flags, ...) __attribute__((alias("open")));

int close(int file) {
    if (file >= 0 && file < (int)sizeof kinds) kinds[file] = 0;
    return REAL(close)(file);
}

int unlink(const char *path) {
    int of = kind_of(path);
    if (!of) return REAL(unlink)(path);
    if (last(of)) die();
    return done(REAL(unlink)(path));
}

static ssize_t written(int file, const void *bytes, size_t size, off_t place) {
    if (last(kind(file))) {
        put(UNDER_WAY, 0, 0, NULL, 0);
        put(WRITE, inode(file), place, bytes, size);
        die();
    }
    ssize_t count = REAL(pwrite)(file, bytes, size, place);
    if (count > 0) put(WRITE, inode(file), place, bytes, count);
    return done(count);
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t place) {
    return kind(file) ? written(file, bytes, size, place) : REAL(pwrite)(file, bytes, size, place);
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off_t place) { return pwrite(file, bytes, size, place); }

ssize_t write(int file, const void *bytes, size_t size) {
    if (!kind(file)) return REAL(write)(file, bytes, size);
    ssize_t count = written(file, bytes, size, lseek(file, 0, SEEK_CUR));
    if (count > 0) lseek(file, count, SEEK_CUR);
    return count;
}

int ftruncate(int file, off_t length) {
    if (!kind(file)) return REAL(ftruncate)(file, length);
    if (last(kind(file))) {
        put(UNDER_WAY, 0, 0, NULL, 0);
        put(LENGTH, inode(file), length, NULL, 0);
        die();
    }
    int result = REAL(ftruncate)(file, length);
    if (result == 0) put(LENGTH, inode(file), length, NULL, 0);
    return done(result);
}

int ftruncate64(int file, off_t length) { return ftruncate(file, length); }

static void put_entries(void) {
    DIR *entries = opendir(folder);
    struct dirent *entry;
    struct stat stat;
    while (entries != NULL && (entry = readdir(entries)) != NULL)
        if (fstatat(dirfd(entries), entry->d_name, &stat, 0) == 0 && S_ISREG(stat.st_mode))
            put(ENTRY, stat.st_ino, 0, entry->d_name, strlen(entry->d_name));
    if (entries != NULL) closedir(entries);
}

static int synced(int file, int (*sync)(int)) {
    if (last(kind(file))) die();
    if (kind(file) & LIAR) return done(0);
    if (access(failing, F_OK) == 0 && rand_r(&seed) % 2 == 0) {
        if (!(kind(file) & FOLDER)) put(FAILED_SYNC, inode(file), 0, NULL, 0);
        errno = EIO;
        return done(-1);
    }
    int result = sync(file);
    if (result == 0 && (kind(file) & FOLDER)) {
        put_entries();
        put(FOLDER_SYNC, 0, 0, NULL, 0);
    } else if (result == 0) {
        put(SYNC, inode(file), 0, NULL, 0);
    }
    return done(result);
}

int fsync(int file) { return kind(file) ? synced(file, REAL(fsync)) : REAL(fsync)(file); }

int fdatasync(int file) { return kind(file) ? synced(file, REAL(fdatasync)) : REAL(fdatasync)(file); }
