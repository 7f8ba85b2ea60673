/*
 * The yardstick: the smallest honest single-producer single-consumer ring in C, and the loops that drive it.
 *
 *   producer process (cpu 0)                              consumer process (cpu 1)
 *   pool of messages --copy--> slot[position & mask] --read in place--> sum of all words
 *                    producer_position ---------------------->
 *                    <---------------------- consumer_position
 *
 * Each side caches the other's position and looks again only when the ring seems full or empty. The two positions and the
 * slots are 128 bytes apart (adjacent lines are prefetched in pairs). Slots are a power of two, packed, of a fixed size that
 * the compiler knows. It publishes by position after every message. It survives nothing: no roles, no checks, no recovery.
 *
 * Built on demand with cc -O2 by bench/RingShm.Load; ManagedYardstick.cs is its twin for machines without a compiler.
 */
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#define INLINE static inline __attribute__((always_inline))

typedef struct {
    _Alignas(128) _Atomic uint64_t producer_position;
    _Alignas(128) _Atomic uint64_t consumer_position;
    _Alignas(128) unsigned char slots[];
} ring;

/* One side's private state; it outlives a burst, so that a burst starts where the last one ended. */
typedef struct {
    ring *ring;
    uint64_t mask;
    uint64_t position;
    uint64_t other; /* the other side's position when last seen */
} side;

/* The messages that are sent, in a cycle: word 0 of message j is base + j, so that the receiver can check the order. */
typedef struct {
    unsigned char *messages;
    uint64_t count;
    uint64_t base;
    uint64_t fresh; /* not zero: word 0 is written just before the message is sent */
} pool;

/* What a receiver saw: the sum of all words, and the bits in which any word 0 differed from the one expected. */
typedef struct {
    uint64_t sum;
    uint64_t disorder;
} receipt;

typedef uint64_t pair __attribute__((vector_size(16), aligned(8), may_alias));
typedef uint64_t word __attribute__((may_alias));

INLINE uint64_t sum_words(const unsigned char *p, uint64_t bytes) {
    uint64_t sum = 0, i = 0;
    if (bytes >= 32) {
        pair a = {0, 0}, b = {0, 0};
        for (; i + 32 <= bytes; i += 32) {
            a += *(const pair *)(p + i);
            b += *(const pair *)(p + i + 16);
        }
        a += b;
        sum = a[0] + a[1];
    }
    for (; i < bytes; i += 8)
        sum += *(const word *)(p + i);
    return sum;
}

/*
 * A known length makes cc -O2 expand memcpy in place. Up to a few lines that is best; for 1024 bytes it becomes "rep movsq",
 * which costs 1.6 times the C library's copy here. The yardstick takes the faster of the two.
 */
static void *(*volatile copy_by_library)(void *, const void *, size_t) = memcpy;

INLINE void copy(unsigned char *to, const unsigned char *from, uint64_t bytes) {
    if (bytes <= 256)
        memcpy(to, from, bytes);
    else
        copy_by_library(to, from, bytes);
}

INLINE unsigned char *slot(const side *s, uint64_t bytes) { return s->ring->slots + (s->position & s->mask) * bytes; }

INLINE void send(side *s, const unsigned char *message, uint64_t bytes) {
    while (s->position - s->other > s->mask)
        s->other = atomic_load_explicit(&s->ring->consumer_position, memory_order_acquire);
    copy(slot(s, bytes), message, bytes);
    atomic_store_explicit(&s->ring->producer_position, ++s->position, memory_order_release);
}

INLINE const unsigned char *await(side *s, uint64_t bytes) {
    while (s->position == s->other)
        s->other = atomic_load_explicit(&s->ring->producer_position, memory_order_acquire);
    return slot(s, bytes);
}

INLINE void release(side *s) { atomic_store_explicit(&s->ring->consumer_position, ++s->position, memory_order_release); }

INLINE void produce(side *state, const pool *pool, uint64_t first, uint64_t count, uint64_t bytes) {
    side s = *state; /* in registers: the compiler may not assume that slots do not alias *state */
    unsigned char *messages = pool->messages;
    uint64_t size = pool->count, j = first % size, base = pool->base;
    int fresh = pool->fresh != 0;
    for (uint64_t i = 0; i < count; i++) {
        if (fresh)
            *(volatile word *)(messages + j * bytes) = base + j;
        send(&s, messages + j * bytes, bytes);
        if (++j == size)
            j = 0;
    }
    *state = s;
}

INLINE void consume(side *state, const pool *pool, uint64_t first, uint64_t count, receipt *out, uint64_t bytes) {
    side s = *state;
    uint64_t sum = 0, disorder = 0, base = pool->base, size = pool->count, j = first % size;
    for (uint64_t i = 0; i < count; i++) {
        const unsigned char *message = await(&s, bytes);
        sum += sum_words(message, bytes);
        disorder |= *(const word *)message ^ (base + j);
        release(&s);
        if (++j == size)
            j = 0;
    }
    *state = s;
    *out = (receipt){sum, disorder};
}

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* Sends a message, waits for its echo, reads it; stores the time after every per_stamp echoes. */
INLINE void ask(side *out_state, side *in_state, const pool *pool, uint64_t first, uint64_t count, receipt *out,
                int64_t *stamps, uint64_t per_stamp, uint64_t bytes) {
    side to = *out_state, from = *in_state;
    uint64_t sum = 0, disorder = 0, size = pool->count, j = first % size;
    for (uint64_t i = 0; i < count; i++) {
        *stamps++ = now();
        for (uint64_t k = 0; k < per_stamp; k++) {
            send(&to, pool->messages + j * bytes, bytes);
            const unsigned char *message = await(&from, bytes);
            sum += sum_words(message, bytes);
            disorder |= *(const word *)message ^ (pool->base + j);
            release(&from);
            if (++j == size)
                j = 0;
        }
    }
    *stamps = now();
    *out_state = to;
    *in_state = from;
    *out = (receipt){sum, disorder};
}

/* Reads a message in place and sends it back from there. */
INLINE void answer(side *in_state, side *out_state, const pool *pool, uint64_t first, uint64_t count, receipt *out,
                   uint64_t bytes) {
    side from = *in_state, to = *out_state;
    uint64_t sum = 0, disorder = 0, size = pool->count, j = first % size;
    for (uint64_t i = 0; i < count; i++) {
        const unsigned char *message = await(&from, bytes);
        sum += sum_words(message, bytes);
        disorder |= *(const word *)message ^ (pool->base + j);
        send(&to, message, bytes);
        release(&from);
        if (++j == size)
            j = 0;
    }
    *in_state = from;
    *out_state = to;
    *out = (receipt){sum, disorder};
}

/* Expands CALL once per size, with the size a constant. Any other size runs the same loop with the size in a register. */
#define FOR_SIZE(bytes, CALL)                                                                                                  \
    switch (bytes) {                                                                                                           \
    case 8: CALL(8); break;                                                                                                    \
    case 40: CALL(40); break;                                                                                                  \
    case 64: CALL(64); break;                                                                                                  \
    case 256: CALL(256); break;                                                                                                \
    case 1024: CALL(1024); break;                                                                                              \
    default: CALL(bytes); break;                                                                                               \
    }

void yardstick_produce(side *s, const pool *p, uint64_t bytes, uint64_t first, uint64_t count) {
#define CALL(n) produce(s, p, first, count, n)
    FOR_SIZE(bytes, CALL)
#undef CALL
}

void yardstick_consume(side *s, const pool *p, uint64_t bytes, uint64_t first, uint64_t count, receipt *out) {
#define CALL(n) consume(s, p, first, count, out, n)
    FOR_SIZE(bytes, CALL)
#undef CALL
}

void yardstick_ask(side *to, side *from, const pool *p, uint64_t bytes, uint64_t first, uint64_t stamp_count, receipt *out,
                   int64_t *stamps, uint64_t per_stamp) {
#define CALL(n) ask(to, from, p, first, stamp_count, out, stamps, per_stamp, n)
    FOR_SIZE(bytes, CALL)
#undef CALL
}

void yardstick_answer(side *from, side *to, const pool *p, uint64_t bytes, uint64_t first, uint64_t count, receipt *out) {
#define CALL(n) answer(from, to, p, first, count, out, n)
    FOR_SIZE(bytes, CALL)
#undef CALL
}
