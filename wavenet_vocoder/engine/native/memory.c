#include "memory.h"

#include <stdlib.h>
#include <string.h>

struct piece {
    struct piece *older;
};

void *take(struct memory *memory, size_t bytes)
{
    void *piece;
    if (memory->exhausted || posix_memalign(&piece, LINE, LINE + bytes)) {
        memory->exhausted = 1;
        return NULL;
    }
    memset(piece, 0, LINE + bytes);
    ((struct piece *)piece)->older = memory->newest;
    memory->newest = piece;
    return (char *)piece + LINE;
}

void give_back(struct memory *memory)
{
    while (memory->newest) {
        struct piece *older = memory->newest->older;
        free(memory->newest);
        memory->newest = older;
    }
}
