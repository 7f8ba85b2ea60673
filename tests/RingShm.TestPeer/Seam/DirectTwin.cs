using System.Runtime.CompilerServices;
using RingShm.Layout;
using RingShm.Memory;
using RingShm.Spsc;

namespace RingShm.TestPeer.Seam;

/// <summary>
/// The SPSC paths of <see cref="SpscProducerCore{TMemory}"/> and <see cref="SpscConsumerCore{TMemory}"/> for one value, written
/// once more without the seam: pointers and <see cref="Volatile"/>. Its machine code is what the seam must compile to.
/// </summary>
internal readonly unsafe struct DirectProducer
{
    private readonly SpscMap _map;
    private readonly byte* _data;
    private readonly long _mask;
    private readonly int _maxMessageBytes;
    private readonly long _state;
    private readonly long _limit;

    public DirectProducer(in SpscMap map, long limit)
    {
        _map = map;
        _data = map.Data;
        _mask = map.CapacityBytes - 1;
        _maxMessageBytes = map.MaxMessageBytes;
        _state = 0;
        _limit = limit;
    }

    /// <summary>Keeps the later fields where the shipped core has them, as <see cref="State"/> does.</summary>
    public int MaxMessageBytes => _maxMessageBytes;

    public long State => _state;

    /// <summary>The choice of a width is resolved when it is compiled, as in the shipped path.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<T>(byte* destination, in T value) where T : unmanaged
    {
        if (sizeof(T) is > 16 and <= 64)
            ValueCopy.Words(ref *destination, ref Unsafe.As<T, byte>(ref Unsafe.AsRef(in value)), (nuint)sizeof(T));
        else
            Unsafe.WriteUnaligned(destination, value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long PutAt(long position, in ulong value, int type)
    {
        byte* data = _data;
        long mask = _mask;
        long next = position + RecordLayout.SizeOf(sizeof(ulong));
        if (next > _limit || Volatile.Read(ref *_map.Completed) != 0)
            return position;
        long* header = (long*)(data + (position & mask));
        Put(SpscMap.PayloadOf(header), value);
        *(long*)(data + (next & mask)) = RecordLayout.Unpublished;
        Volatile.Write(ref *header, RecordLayout.EncodeHeader(sizeof(ulong), type));
        return next;
    }
}

/// <summary>The consumer's half of the twin.</summary>
internal unsafe struct DirectConsumer
{
    private readonly SpscMap _map;
    private readonly byte* _data;
    private readonly long _mask;
    private readonly int _maxMessageBytes;
    private readonly long _state;
    private readonly long _redeliverBelow;
    private long _messages;

    public DirectConsumer(in SpscMap map)
    {
        _map = map;
        _data = map.Data;
        _mask = map.CapacityBytes - 1;
        _maxMessageBytes = map.MaxMessageBytes;
        _state = 0;
        _redeliverBelow = 0;
        _messages = 0;
    }

    public readonly int MaxMessageBytes => _maxMessageBytes;

    public readonly long State => _state;

    /// <summary>Methods of their own, as the seam's are: the JIT orders an argument's evaluation by it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Acquire(long* location) => Volatile.Read(ref *location);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take<T>(byte* source, out T value) where T : unmanaged
    {
        if (sizeof(T) is > 16 and <= 64)
        {
            Unsafe.SkipInit(out value);
            ValueCopy.Vectors(ref Unsafe.As<T, byte>(ref value), ref *source, (nuint)sizeof(T));
        }
        else
        {
            value = Unsafe.ReadUnaligned<T>(source);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long TakeAt(long position, out ulong value, out long header)
    {
        long* word = (long*)(_data + (position & _mask));
        header = Acquire(word);
        if (!RecordLayout.IsPublishedWithLength(header, sizeof(ulong)) || position < _redeliverBelow)
        {
            value = 0;
            return position;
        }

        Take(SpscMap.PayloadOf(word), out value);
        position += RecordLayout.SizeOf(sizeof(ulong));
        CountAndStore(position, 1);
        return position;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CountAndStore(long position, int messages)
    {
        long count = _messages + messages;
        _messages = count;
        *_map.ConsumerMessages = count;
        Volatile.Write(ref *_map.ConsumerPosition, position);
    }
}
