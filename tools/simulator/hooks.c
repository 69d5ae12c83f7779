/* SPDX-License-Identifier: MIT */
/* Inside Unicorn: counts basic blocks, each for the step whose kernel runs, and watches what
   kernels touch. Python talks to it by ctypes (hooks.py). */
#include <stdlib.h>
#include <string.h>
#include <unicorn/unicorn.h>

enum { SLOTS = 1 << 16, RINGS = 3, MOST_KEPT = 13, RETURN_ADDRESS = 0, STEP_ARGUMENT, PC, FLAGS, REGISTERS };
enum { UNMAPPED = 1, FORBIDDEN_READ, FORBIDDEN_WRITE, UNALIGNED, TOO_MANY_BLOCKS, TOO_LONG, NOT_KEPT };
enum { ANY = 0, MULTIPLE = 1, EVERY = 2 };     /* which accesses must be aligned */

typedef struct {
    uint32_t address, size;
    uint32_t step;              /* its address in the file; 0: outside of all kernels */
    uint32_t conditional;       /* has an IT instruction */
    uint64_t runs, taken;       /* taken: did not go on with the block behind it */
} block_t;

typedef struct {
    uint32_t start, end;
} range_t;

/* The bytes of the arena that a step's kernel may read; of the first ranges, write. */
typedef struct {
    uint32_t step;
    int written;                /* how many ranges */
    range_t rings[RINGS];
} rights_t;

/* What Python sets and reads. */
typedef struct {
    const uint32_t *kernels;    /* where they begin */
    const rights_t *rights;     /* of each step; NULL: the arena is not watched */
    uint32_t kernel_count, step_count;
    range_t arena;
    int registers[REGISTERS];
    int kept[MOST_KEPT];        /* registers that a function leaves as they were; 0: no more */
    int must_align;
    uint32_t patience;          /* how many blocks may run, opening left out; 0: any number */
    uint32_t fault, fault_address, fault_pc, fault_step;
} watch_t;

typedef struct {
    watch_t watch;              /* first: Python has its address */
    block_t blocks[SLOTS], *previous;
    const rights_t *current;
    uint32_t step, entry, resume;   /* of the kernel that runs; 0: none does */
    uint32_t used;
    uint32_t kept[MOST_KEPT];   /* when the kernel began */
} state_t;

static uint32_t read_register(uc_engine *uc, int number)
{
    uint32_t value = 0;
    uc_reg_read(uc, number, &value);
    return value;
}

static void fail(uc_engine *uc, state_t *s, uint32_t fault, uint32_t address)
{
    watch_t *w = &s->watch;
    if (w->fault == 0) {
        w->fault = fault;
        w->fault_address = address;
        w->fault_pc = read_register(uc, w->registers[PC]);
        w->fault_step = s->step;
    }
    uc_emu_stop(uc);
}

static void check_kept(uc_engine *uc, state_t *s)
{
    for (int i = 0; i < MOST_KEPT && s->watch.kept[i] != 0; i++) {
        if (read_register(uc, s->watch.kept[i]) != s->kept[i]) {
            fail(uc, s, NOT_KEPT, s->entry);
        }
    }
}

static void enter_or_leave_kernel(uc_engine *uc, state_t *s, uint32_t address)
{
    const watch_t *w = &s->watch;
    if (s->step != 0) {         /* one kernel may call another: both are the step's */
        if (address == s->resume) {
            check_kept(uc, s);
            s->step = 0;
            s->current = NULL;
        }
        return;
    }
    for (uint32_t i = 0; i < w->kernel_count; i++) {
        if (address == w->kernels[i]) {
            s->entry = address;
            s->step = read_register(uc, w->registers[STEP_ARGUMENT]);
            s->resume = read_register(uc, w->registers[RETURN_ADDRESS]) & ~1u;
        }
    }
    for (int i = 0; s->step != 0 && i < MOST_KEPT && w->kept[i] != 0; i++) {
        s->kept[i] = read_register(uc, w->kept[i]);
    }
    for (uint32_t i = 0; s->step != 0 && w->rights != NULL && i < w->step_count; i++) {
        if (w->rights[i].step == s->step) {
            s->current = &w->rights[i];
        }
    }
}

static int has_it(uc_engine *uc, uint32_t address, uint32_t size)
{
    for (uint32_t at = address; at < address + size; at += 2) {
        uint16_t code = 0;
        uc_mem_read(uc, at, &code, sizeof code);
        if (code >> 8 == 0xbf) {
            return 1;           /* or the second half of another: that does no harm */
        }
    }
    return 0;
}

static void on_block(uc_engine *uc, uint64_t at, uint32_t size, void *user)
{
    state_t *s = user;
    const uint32_t address = (uint32_t)at;
    if (s->watch.patience != 0 && --s->watch.patience == 0) {
        fail(uc, s, TOO_LONG, address);
        return;
    }
    enter_or_leave_kernel(uc, s, address);
    uint32_t slot = ((address >> 1) ^ (s->step << 7)) * 2654435761u >> 16;
    block_t *b = &s->blocks[slot];
    while (b->size != 0 && (b->address != address || b->step != s->step || b->size != size)) {
        slot = (slot + 1) % SLOTS;
        b = &s->blocks[slot];
    }
    if (b->size == 0) {
        if (++s->used > SLOTS / 4 * 3) {
            fail(uc, s, TOO_MANY_BLOCKS, address);
            return;
        }
        b->address = address;
        b->size = size;
        b->step = s->step;
        b->conditional = s->watch.registers[FLAGS] != 0 && has_it(uc, address, size);
    }
    b->runs++;
    if (s->previous != NULL && s->previous->address + s->previous->size != address) {
        s->previous->taken++;
    }
    s->previous = b;
}

static int inside(range_t range, uint32_t address, uint32_t size)
{
    return address >= range.start && address + size <= range.end;
}

/* Whether the Thumb instruction is LDM, STM, LDRD, STRD, PUSH or POP. */
static int moves_several(uc_engine *uc, uint32_t pc)
{
    uint16_t code = 0;
    uc_mem_read(uc, pc & ~1u, &code, sizeof code);
    return (code & 0xfe00) == 0xe800 || (code & 0xf000) == 0xc000 || (code & 0xf600) == 0xb400;
}

/* Unicorn restores the state of an IT block before it calls on_access, and would keep it after the
   block's end. */
static void forget_it_block(uc_engine *uc, int xpsr)
{
    const uint32_t it_bits = 0x0600fc00u, value = read_register(uc, xpsr);
    if (value & it_bits) {
        const uint32_t without = value & ~it_bits;
        uc_reg_write(uc, xpsr, &without);
    }
}

static void on_access(uc_engine *uc, uc_mem_type type, uint64_t at, int size, int64_t value,
                      void *user)
{
    state_t *s = user;
    watch_t *w = &s->watch;
    const uint32_t address = (uint32_t)at;
    const int writes = type == UC_MEM_WRITE;
    (void)value;
    if (s->previous->conditional) {
        forget_it_block(uc, w->registers[FLAGS]);
    }
    if (address % (uint32_t)size != 0 && w->must_align != ANY &&
        (w->must_align == EVERY || moves_several(uc, read_register(uc, w->registers[PC])))) {
        fail(uc, s, UNALIGNED, address);
    }
    if (s->step == 0 || w->rights == NULL) {
        return;
    }
    const int in_arena = address < w->arena.end && address + (uint32_t)size > w->arena.start;
    if (!in_arena) {
        if (writes) {           /* the machine's own memory */
            fail(uc, s, FORBIDDEN_WRITE, address);
        }
        return;
    }
    for (int i = 0; s->current != NULL && i < (writes ? s->current->written : RINGS); i++) {
        if (inside(s->current->rings[i], address, (uint32_t)size)) {
            return;
        }
    }
    fail(uc, s, writes ? FORBIDDEN_WRITE : FORBIDDEN_READ, address);
}

static bool on_unmapped(uc_engine *uc, uc_mem_type type, uint64_t at, int size, int64_t value,
                        void *user)
{
    (void)type;
    (void)size;
    (void)value;
    fail(uc, user, UNMAPPED, (uint32_t)at);
    return false;
}

watch_t *watch_new(uc_engine *uc, int ranges, const range_t *watched);
void watch_free(state_t *s);
void watch_restart(state_t *s);
int watch_blocks(const state_t *s, block_t *out);

static void add_hook(uc_engine *uc, state_t *s, int kinds, void *function, range_t range)
{
    uc_hook hook;               /* ends with the engine */
    uc_hook_add(uc, &hook, kinds, function, s, (uint64_t)range.start, (uint64_t)range.end);
}

/* Hooks into an engine, for as long as it lives; accesses are watched in some ranges,
   of the first only writes. */
watch_t *watch_new(uc_engine *uc, int ranges, const range_t *watched)
{
    const range_t everywhere = { 1, 0 };
    state_t *s = calloc(1, sizeof *s);
    add_hook(uc, s, UC_HOOK_BLOCK, (void *)on_block, everywhere);
    add_hook(uc, s, UC_HOOK_MEM_INVALID, (void *)on_unmapped, everywhere);
    for (int i = 0; i < ranges; i++) {
        add_hook(uc, s, UC_HOOK_MEM_WRITE | (i == 0 ? 0 : UC_HOOK_MEM_READ), (void *)on_access,
                 watched[i]);
    }
    return &s->watch;
}

/* For when the engine has ended. */
void watch_free(state_t *s)
{
    free(s);
}

/* Forgets all counts and faults. */
void watch_restart(state_t *s)
{
    memset(s->blocks, 0, sizeof s->blocks);
    s->previous = NULL;
    s->current = NULL;
    s->step = s->used = 0;
    s->watch.fault = 0;
}

/* Copies the blocks that ran; returns how many. */
int watch_blocks(const state_t *s, block_t *out)
{
    int count = 0;
    for (int i = 0; i < SLOTS; i++) {
        if (s->blocks[i].size != 0) {
            out[count++] = s->blocks[i];
        }
    }
    return count;
}
