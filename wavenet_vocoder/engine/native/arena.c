#include <stdlib.h>
#include <string.h>

#include "internal.h"

struct arena_block {
    struct arena_block *older;
};

void *arena_alloc(struct arena *arena, size_t bytes)
{
    void *block;
    if (arena->exhausted || posix_memalign(&block, CACHE_LINE, CACHE_LINE + bytes)) {
        arena->exhausted = 1;
        return NULL;
    }
    memset(block, 0, CACHE_LINE + bytes);
    ((struct arena_block *)block)->older = arena->newest;
    arena->newest = block;
    return (char *)block + CACHE_LINE;
}

void arena_free(struct arena *arena)
{
    while (arena->newest) {
        struct arena_block *older = arena->newest->older;
        free(arena->newest);
        arena->newest = older;
    }
}
