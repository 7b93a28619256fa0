/* Memory that is given back at once. */
#ifndef MEMORY_H
#define MEMORY_H

#include <stddef.h>

#define LINE 64     /* bytes of a cache line */

struct piece;

struct memory {
    struct piece *newest;
    int exhausted;              /* a piece was refused: everything made of it must go */
};

void *take(struct memory *, size_t bytes);      /* zeros, aligned to a cache line; or NULL */
void give_back(struct memory *);

#endif
