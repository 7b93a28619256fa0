#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "internal.h"

#define HUGE_PAGE ((size_t)2 << 20)
#define CHUNK ((size_t)16 << 20)        /* unused parts of a chunk occupy no memory */

struct arena_chunk {
    struct arena_chunk *older;
    size_t used, size;                  /* bytes, with this header */
};

static size_t round_up(size_t bytes, size_t multiple)
{
    return (bytes + multiple - 1) / multiple * multiple;
}

/* Huge pages, because the weights of a network are read once for each sample: with pages of 4 KB,
 * reading them misses the TLB once in 64 cache lines, and hardware prefetching ends at each page.
 */
static struct arena_chunk *allocate_chunk(size_t bytes)
{
    void *chunk;
    if (posix_memalign(&chunk, HUGE_PAGE, bytes))
        return NULL;
#ifdef MADV_HUGEPAGE
    madvise(chunk, bytes, MADV_HUGEPAGE);       /* if it fails, the pages are normal ones */
#endif
    return chunk;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
    const size_t size = round_up(bytes, CACHE_LINE);
    struct arena_chunk *chunk = arena->newest;
    if (arena->exhausted)
        return NULL;
    if (!chunk || chunk->size - chunk->used < size) {
        const size_t needed = round_up(CACHE_LINE + size, HUGE_PAGE);
        const size_t chunk_size = needed > CHUNK ? needed : CHUNK;
        chunk = size < bytes || needed < size ? NULL : allocate_chunk(chunk_size);
        if (!chunk) {
            arena->exhausted = 1;
            return NULL;
        }
        *chunk = (struct arena_chunk){arena->newest, CACHE_LINE, chunk_size};
        arena->newest = chunk;
    }
    void *block = (char *)chunk + chunk->used;
    chunk->used += size;
    return memset(block, 0, bytes);
}

void arena_free(struct arena *arena)
{
    while (arena->newest) {
        struct arena_chunk *older = arena->newest->older;
        free(arena->newest);
        arena->newest = older;
    }
}
