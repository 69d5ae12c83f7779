/* SPDX-License-Identifier: MIT */
/* The fuzz harness without a fuzzer, for compilers that have none: each file given, as it is and
   with a number of changes that are the same in every run.

       replay CHANGES FILE... */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tml.h"

enum { MOST_BYTES = 1 << 16, MOST_EDITS = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static uint32_t seed = 0x5eed0001;

static uint32_t below(uint32_t limit)
{
    uint8_t bytes[4];
    seed = tml_noise(seed, bytes, sizeof bytes);
    return (bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (uint32_t)(bytes[3] & 127) << 24) % limit;
}

/* One change, nearly always in the head: numbers at the ends of their types find the most. */
static size_t edit(uint8_t *file, size_t size)
{
    static const uint8_t ends[] = { 0, 1, 2, 3, 4, 5, 0x7f, 0x80, 0xfe, 0xff };
    tml_header_t header;
    memcpy(&header, file, sizeof header);
    const uint32_t head = header.head_bytes < size ? header.head_bytes : (uint32_t)size;
    const uint32_t at = below(below(8) != 0 && head != 0 ? head : (uint32_t)size);
    switch (below(8)) {
    case 0:
        return 1 + below((uint32_t)size);       /* cut */
    case 1:
        file[at] ^= (uint8_t)(1 << below(8));
        break;
    case 2:
        file[at] = (uint8_t)below(256);
        break;
    case 3:
        memmove(file + at / 4 * 4, file + below((uint32_t)size / 4) * 4, 4);    /* a field */
        break;
    case 4:
        file[at & ~1u] = ends[below(sizeof ends)];
        file[at | 1u] = ends[below(sizeof ends)];
        break;
    default:
        file[at] = ends[below(sizeof ends)];
        break;
    }
    return size;
}

static size_t read_file(const char *path, uint8_t *bytes)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        exit(2);
    }
    const size_t size = fread(bytes, 1, MOST_BYTES, file);
    fclose(file);
    return size;
}

int main(int count, char **arguments)
{
    static uint8_t seed_file[MOST_BYTES], changed[MOST_BYTES + 1];
    const long changes = count > 1 ? atol(arguments[1]) : 0;
    for (int i = 2; i < count; i++) {
        const size_t size = read_file(arguments[i], seed_file);
        LLVMFuzzerTestOneInput(seed_file, size);
        for (long n = 0; n < changes && size >= sizeof(tml_header_t); n++) {
            memcpy(changed, seed_file, size);
            size_t left = size;
            for (uint32_t edits = 1 + below(MOST_EDITS); edits != 0; edits--) {
                left = left < sizeof(tml_header_t) ? left : edit(changed, left);
            }
            LLVMFuzzerTestOneInput(changed, left);
        }
    }
    printf("%d files, %ld changes each\n", count > 2 ? count - 2 : 0, changes);
    return 0;
}
