/*
 * Native peers, driven by the same loops as the yardstick:
 *
 *   producer process --> queue placed in a shared file (or named by the peer itself) --> consumer process
 *   pool of messages     boost::lockfree::spsc_queue, queue; atomic_queue               sum of all words
 *                        boost::interprocess::message_queue
 *
 * The first four hold no pointers when their capacity is fixed at compile time, so the object itself is placed in the mapping.
 * Built on demand with c++ -O2 by bench/RingShm.Load, from the headers of the system's packages (libboost-dev,
 * libatomic-queue-dev). What has no headers is left out: peer_bytes says 0.
 */
#include <atomic>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <sched.h>
#include <string>
#if __has_include(<boost/lockfree/spsc_queue.hpp>)
#include <boost/interprocess/ipc/message_queue.hpp>
#include <boost/lockfree/queue.hpp>
#include <boost/lockfree/spsc_queue.hpp>
#define HAS_BOOST 1
#endif
#if __has_include(<atomic_queue/atomic_queue.h>)
#include <atomic_queue/atomic_queue.h>
#define HAS_ATOMIC_QUEUE 1
#endif

namespace {

struct pool { unsigned char *messages; uint64_t count, base, fresh; };
struct receipt { uint64_t sum, disorder; };
struct crowd_receipt { int64_t start, end, count; uint64_t sum; int64_t disorder, switches; };

template <int N> struct message {
    uint64_t words[N / 8];
};

template <int N> uint64_t sum_of(const message<N> &m) {
    uint64_t sum = 0;
    for (uint64_t word : m.words)
        sum += word;
    return sum;
}

constexpr int ring_bytes = 1 << 18;
constexpr uint64_t end_mark = ~0ULL;
constexpr int most_producers = 16;

/* What CrowdMessages.cs adds to the first word to make the others. */
constexpr uint64_t offsets[8] = {0, 0x123456789ABCDEF1, 0x0F1E2D3C4B5A6978, 0x1111222233334445,
                                 0x5A5AA5A50FF0F00D, 0x2468ACE013579BDF, 0x7777000188880002, 0x3141592653589793};

template <int N> message<N> crowd_message(uint64_t first) {
    message<N> m;
    for (int i = 0; i < N / 8; i++)
        m.words[i] = first + offsets[i % 8];
    return m;
}

struct waiting {
    int64_t spins_before_yield;
    int64_t spins = 0;
    void wait() {
        if (++spins > spins_before_yield)
            sched_yield();
    }
};

struct peer {
    virtual ~peer() = default;
    virtual void produce(const pool *p, uint64_t first, uint64_t count) = 0;
    virtual void consume(const pool *p, uint64_t first, uint64_t count, receipt *out) = 0;
    virtual bool send(const unsigned char *m) = 0;
    virtual bool receive(uint64_t *sum, uint64_t *first) = 0;
    virtual void crowd_produce(uint64_t first, uint64_t count, int64_t spins) = 0;
    virtual void crowd_consume(int64_t spins, crowd_receipt *out) = 0;
};

/* Q: bool push(const message<N>&), bool pop(message<N>&), of any thread or process. */
template <int N, class Q> struct driver : peer {
    Q queue;
    template <class... A> explicit driver(A &&...a) : queue(std::forward<A>(a)...) {}

    void produce(const pool *p, uint64_t first, uint64_t count) override {
        auto *messages = reinterpret_cast<message<N> *>(p->messages);
        uint64_t size = p->count, j = first % size;
        for (uint64_t i = 0; i < count; i++) {
            if (p->fresh)
                *const_cast<volatile uint64_t *>(messages[j].words) = p->base + j;
            while (!queue.push(messages[j])) {
            }
            if (++j == size)
                j = 0;
        }
    }

    void consume(const pool *p, uint64_t first, uint64_t count, receipt *out) override {
        uint64_t sum = 0, disorder = 0, size = p->count, j = first % size;
        for (uint64_t i = 0; i < count; i++) {
            message<N> m;
            while (!queue.pop(m)) {
            }
            sum += sum_of(m);
            disorder |= m.words[0] ^ (p->base + j);
            if (++j == size)
                j = 0;
        }
        *out = {sum, disorder};
    }

    bool send(const unsigned char *m) override { return queue.push(*reinterpret_cast<const message<N> *>(m)); }

    bool receive(uint64_t *sum, uint64_t *first) override {
        message<N> m;
        if (!queue.pop(m))
            return false;
        *sum = sum_of(m);
        *first = m.words[0];
        return true;
    }

    void crowd_produce(uint64_t first, uint64_t count, int64_t spins) override {
        for (uint64_t word = first; word != first + count; word++) {
            message<N> m = crowd_message<N>(word);
            for (waiting w{spins}; !queue.push(m);)
                w.wait();
        }
    }

    void crowd_consume(int64_t spins, crowd_receipt *out) override {
        int64_t last[most_producers];
        for (int64_t &l : last)
            l = -1;
        while (true) {
            message<N> m;
            for (waiting w{spins}; !queue.pop(m);)
                w.wait();
            uint64_t first = m.words[0];
            if (first == end_mark)
                return;
            int64_t &before = last[(first >> 56) & (most_producers - 1)];
            out->disorder += static_cast<int64_t>(first) <= before;
            before = static_cast<int64_t>(first);
            out->sum += sum_of(m);
            out->count++;
        }
    }
};

/* A queue that lies in the mapping as it is. */
template <class Q> struct placed {
    Q *q;
    placed(void *memory, bool creates) : q(creates ? new (memory) Q : static_cast<Q *>(memory)) {}
    template <class M> bool push(const M &m) { return q->push(m); }
    template <class M> bool pop(M &m) { return q->pop(m); }
};

#ifdef HAS_BOOST
template <int N> using boost_spsc = boost::lockfree::spsc_queue<message<N>, boost::lockfree::capacity<ring_bytes / N>>;
template <int N> using boost_queue = boost::lockfree::queue<message<N>, boost::lockfree::capacity<ring_bytes / N>>;

struct boost_mq {
    std::string name;
    std::unique_ptr<boost::interprocess::message_queue> q;
    size_t bytes;
    boost_mq(const char *n, bool creates, size_t b) : name(creates ? n : ""), bytes(b) {
        using namespace boost::interprocess;
        q = creates ? std::make_unique<message_queue>(create_only, n, ring_bytes / b, b) : std::make_unique<message_queue>(open_only, n);
    }
    ~boost_mq() {
        if (!name.empty())
            boost::interprocess::message_queue::remove(name.c_str());
    }
    template <class M> bool push(const M &m) { return q->try_send(&m, sizeof m, 0); }
    template <class M> bool pop(M &m) {
        boost::interprocess::message_queue::size_type received;
        unsigned priority;
        return q->try_receive(&m, sizeof m, received, priority);
    }
};
#endif

#ifdef HAS_ATOMIC_QUEUE
template <int N, bool SPSC> struct atomic_of {
    using type = atomic_queue::AtomicQueue2<message<N>, ring_bytes / N, true, true, false, SPSC>;
};
template <bool SPSC> struct atomic_of<8, SPSC> {
    using type = atomic_queue::AtomicQueue<uint64_t, ring_bytes / 8, 0, true, true, false, SPSC>;
};

/* OPTIMIST: claims its place first and then waits for the element, as OptimistAtomicQueue does. */
template <int N, bool SPSC, bool OPTIMIST> struct atomic_placed {
    using Q = typename atomic_of<N, SPSC>::type;
    Q *q;
    atomic_placed(void *memory, bool creates) : q(creates ? new (memory) Q : static_cast<Q *>(memory)) {}
    bool push(const message<N> &m) {
        if constexpr (N == 8) {
            if constexpr (OPTIMIST) {
                q->push(uint64_t(m.words[0]));
                return true;
            } else {
                return q->try_push(uint64_t(m.words[0]));
            }
        } else if constexpr (OPTIMIST) {
            q->push(message<N>(m));
            return true;
        } else {
            return q->try_push(message<N>(m));
        }
    }
    bool pop(message<N> &m) {
        if constexpr (N == 8) {
            if constexpr (OPTIMIST) {
                m.words[0] = q->pop();
                return true;
            } else {
                return q->try_pop(m.words[0]);
            }
        } else if constexpr (OPTIMIST) {
            m = q->pop();
            return true;
        } else {
            return q->try_pop(m);
        }
    }
};
#endif

enum kind { BOOST_SPSC, BOOST_QUEUE, BOOST_MQ, ATOMIC_SPSC, OPTIMIST_SPSC, ATOMIC_MPMC };

struct made {
    uint64_t bytes = 0;
    peer *object = nullptr;
};

template <int N> made make(int kind, void *memory, const char *name, bool creates, bool only_bytes) {
    made m;
    auto set = [&](uint64_t bytes, auto build) {
        m.bytes = bytes;
        if (!only_bytes)
            m.object = build();
    };
    (void)set;
    switch (kind) {
#ifdef HAS_BOOST
    case BOOST_SPSC:
        set(sizeof(boost_spsc<N>), [&] { return new driver<N, placed<boost_spsc<N>>>(memory, creates); });
        break;
    case BOOST_QUEUE:
        set(sizeof(boost_queue<N>), [&] { return new driver<N, placed<boost_queue<N>>>(memory, creates); });
        break;
    case BOOST_MQ:
        set(4096, [&] { return new driver<N, boost_mq>(name, creates, size_t(N)); });
        break;
#endif
#ifdef HAS_ATOMIC_QUEUE
    case ATOMIC_SPSC:
        set(sizeof(typename atomic_of<N, true>::type), [&] { return new driver<N, atomic_placed<N, true, false>>(memory, creates); });
        break;
    case OPTIMIST_SPSC:
        set(sizeof(typename atomic_of<N, true>::type), [&] { return new driver<N, atomic_placed<N, true, true>>(memory, creates); });
        break;
    case ATOMIC_MPMC:
        set(sizeof(typename atomic_of<N, false>::type), [&] { return new driver<N, atomic_placed<N, false, false>>(memory, creates); });
        break;
#endif
    }
    return m;
}

made make(int kind, int bytes, void *memory, const char *name, bool creates, bool only_bytes) {
    switch (bytes) {
    case 8: return make<8>(kind, memory, name, creates, only_bytes);
    case 64: return make<64>(kind, memory, name, creates, only_bytes);
    case 1024: return make<1024>(kind, memory, name, creates, only_bytes);
    default: return {};
    }
}

} // namespace

extern "C" {
uint64_t peer_bytes(int kind, int bytes) { return make(kind, bytes, nullptr, nullptr, false, true).bytes; }
void *peer_open(int kind, int bytes, void *memory, const char *name, int creates) {
    try {
        return make(kind, bytes, memory, name, creates != 0, false).object;
    } catch (...) {
        return nullptr;
    }
}
void peer_close(void *p) { delete static_cast<peer *>(p); }
void peer_produce(void *p, const pool *pool, uint64_t first, uint64_t count) { static_cast<peer *>(p)->produce(pool, first, count); }
void peer_consume(void *p, const pool *pool, uint64_t first, uint64_t count, receipt *out) {
    static_cast<peer *>(p)->consume(pool, first, count, out);
}
int peer_send(void *p, const unsigned char *m) { return static_cast<peer *>(p)->send(m); }
int peer_receive(void *p, uint64_t *sum, uint64_t *first) { return static_cast<peer *>(p)->receive(sum, first); }
void peer_crowd_produce(void *p, uint64_t first, uint64_t count, int64_t spins) { static_cast<peer *>(p)->crowd_produce(first, count, spins); }
void peer_crowd_consume(void *p, int64_t spins, crowd_receipt *out) { static_cast<peer *>(p)->crowd_consume(spins, out); }
}
