/*
 * The raw futex ping: the least that waking another process can cost on this machine.
 *
 *   leader (cpu 0)                          follower (cpu 1)
 *   rest; stamp; word = n; FUTEX_WAKE ----> asleep in FUTEX_WAIT on word == n - 1
 *   spin until ack == n               <---- stamp; ack = n; sleep again
 *
 * The leader rests before each ping, so that the follower is asleep. Built on demand with cc -O2 by bench/RingShm.Load.
 */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

void wake_lead(_Atomic uint32_t *word, _Atomic uint64_t *ack, int64_t *sent, uint64_t count, int64_t rest) {
    uint32_t value = atomic_load(word);
    for (uint64_t i = 0; i < count; i++) {
        for (int64_t end = now() + rest; now() < end;) {
        }
        value++;
        sent[i] = now();
        atomic_store_explicit(word, value, memory_order_release);
        syscall(SYS_futex, word, FUTEX_WAKE, 1, 0, 0, 0);
        while (atomic_load_explicit(ack, memory_order_acquire) != i + 1) {
        }
    }
}

void wake_follow(_Atomic uint32_t *word, _Atomic uint64_t *ack, int64_t *woken, uint64_t count, uint32_t value) {
    for (uint64_t i = 0; i < count; i++) {
        while (atomic_load_explicit(word, memory_order_acquire) == value)
            syscall(SYS_futex, word, FUTEX_WAIT, value, 0, 0, 0);
        value++;
        woken[i] = now();
        atomic_store_explicit(ack, i + 1, memory_order_release);
    }
}
