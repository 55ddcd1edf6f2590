/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file that several runs add to, which Lua's io cannot lock.  For the
 * standard library: fi.verdict's JUnit file.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "impl.h"

/* Another run holds the lock for the time of a write; one that does not let go
 * must not keep this one from ending. */
#define LOCK_PATIENCE_US (10 * G_USEC_PER_SEC)
#define LOCK_PAUSE_US 2000

static bool lock(int fd)
{
    gint64 end = g_get_monotonic_time() + LOCK_PATIENCE_US;

    while (flock(fd, LOCK_EX | LOCK_NB)) {
        if (errno == EINTR) {
            continue;
        } else if (errno != EWOULDBLOCK || g_get_monotonic_time() > end) {
            return false;
        }
        g_usleep(LOCK_PAUSE_US);
    }
    return true;
}

static bool write_all(int fd, const char *text, size_t len)
{
    while (len) {
        ssize_t n = write(fd, text, len);

        if (n < 0 && errno == EINTR) {
            continue;
        } else if (n < 0) {
            return false;
        }
        text += n;
        len -= n;
    }
    return true;
}

/* A pipe or terminal has nothing to keep, and reading it would wait. */
static bool has_content(int fd)
{
    struct stat info;

    return fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
}

FI_RAISES static void push_content(lua_State *L, int fd)
{
    luaL_Buffer content;
    ssize_t n;

    luaL_buffinit(L, &content);
    do {
        char *space = luaL_prepbuffer(&content);

        n = read(fd, space, LUAL_BUFFERSIZE);
        if (n > 0) {
            luaL_addsize(&content, n);
        }
    } while (n > 0 || (n < 0 && errno == EINTR));
    luaL_pushresult(&content);
}

/* A file that cannot be written whole has its old content again. */
static bool replace(int fd, const char *text, size_t len, const char *old,
                    size_t old_len)
{
    bool done = lseek(fd, 0, SEEK_SET) == 0 && write_all(fd, text, len) &&
                ftruncate(fd, len) == 0;
    int why = errno;

    if (!done && (lseek(fd, 0, SEEK_SET) != 0 || !write_all(fd, old, old_len) ||
                  ftruncate(fd, old_len) != 0)) {
        why = errno; /* all that is left to say */
    }
    errno = why;
    return done;
}

/* [fn, fd] -> nothing, or a message */
static int rewrite(lua_State *L)
{
    int fd = (int)lua_tointeger(L, 2);
    const char *text, *old;
    size_t len, old_len;

    bool keeps = has_content(fd);

    if (keeps) {
        push_content(L, fd);
    } else {
        lua_pushliteral(L, "");
    }
    old = lua_tolstring(L, 3, &old_len);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 3);
    lua_call(L, 1, 2);
    if (lua_isnil(L, -2)) {
        return 1;
    }
    text = luaL_checklstring(L, -2, &len);
    if (keeps ? !replace(fd, text, len, old, old_len)
              : !write_all(fd, text, len)) {
        lua_pushstring(L, g_strerror(errno));
        return 1;
    }
    return 0;
}

/*
 * fi._update_file(path, fn): what fn(content) returns becomes the file's
 * content, under a lock (flock(2)).  A file that there is not is made; fn gets
 * "".  If fn returns nil and why, the file stays as it is.  Returns true, or
 * nil and why.  Context: any.
 */
static int update_file(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    int fd, status;

    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0 && errno == ENXIO) {
        fd = open(path, O_WRONLY | O_CLOEXEC);
    }
    if (fd < 0) {
        lua_pushnil(L);
        lua_pushfstring(L, "%s: %s", path, g_strerror(errno));
        return 2;
    }
    if (!lock(fd)) {
        close(fd);
        lua_pushnil(L);
        lua_pushfstring(L, "%s: another process has locked it", path);
        return 2;
    }
    lua_pushcfunction(L, rewrite);
    lua_pushvalue(L, 2);
    lua_pushinteger(L, fd);
    status = lua_pcall(L, 2, 1, 0);
    close(fd);
    if (status != LUA_OK) {
        return lua_error(L);
    } else if (lua_isnil(L, -1)) {
        lua_pushboolean(L, true);
        return 1;
    }
    lua_pushnil(L);
    lua_pushfstring(L, "%s: %s", path, lua_tostring(L, -2));
    return 2;
}

void fi_bind_file(lua_State *L)
{
    lua_pushcfunction(L, update_file);
    lua_setfield(L, -2, "_update_file");
}
