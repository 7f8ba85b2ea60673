using System.Runtime.CompilerServices;
using RingShm.Layout;
using RingShm.Spsc;

namespace RingShm.TestPeer.Seam;

/// <summary>
/// The SPSC paths of <see cref="SpscProducerCore{TMemory}"/> and <see cref="SpscConsumerCore{TMemory}"/> for one value, written
/// once more without the seam: pointers and <see cref="Volatile"/>. Its machine code is what the seam must compile to.
/// </summary>
internal unsafe struct DirectProducer
{
    private readonly SpscMap _map;
    private readonly byte* _data;
    private readonly long _mask;
    private readonly int _maxMessageBytes;
    private long _producerPosition;
    private readonly long _limit;
    private readonly long _consumerLimit;
    private long _messages;

    public DirectProducer(in SpscMap map, long limit)
    {
        _map = map;
        _data = map.Data;
        _mask = map.CapacityBytes - 1;
        _maxMessageBytes = map.MaxMessageBytes;
        _producerPosition = 0;
        _limit = limit;
        _consumerLimit = limit;
        _messages = 0;
    }

    public readonly long ConsumerLimit => _consumerLimit;

    public readonly int MaxMessageBytes => _maxMessageBytes;

    public readonly long* NextHeader
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (long*)(_data + (_producerPosition & _mask));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool HasRoom(int payloadBytes) =>
        _producerPosition + RecordLayout.SizeOf(payloadBytes) <= _limit && Volatile.Read(ref *_map.Completed) == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(long* header, in ulong value, int type)
    {
        Unsafe.WriteUnaligned(SpscMap.PayloadOf(header), value);
        long next = _producerPosition + RecordLayout.SizeOf(sizeof(ulong));
        *(long*)(_data + (next & _mask)) = RecordLayout.Unpublished;
        Volatile.Write(ref *header, RecordLayout.EncodeHeader(sizeof(ulong), type));
        _producerPosition = next;
        _messages += 1;
    }
}

/// <summary>The consumer's half of the twin.</summary>
internal unsafe struct DirectConsumer
{
    private readonly SpscMap _map;
    private readonly byte* _data;
    private readonly long _mask;
    private readonly int _maxMessageBytes;
    private readonly long _redeliverBelow;
    private long _consumerPosition;
    private long _messages;

    public DirectConsumer(in SpscMap map)
    {
        _map = map;
        _data = map.Data;
        _mask = map.CapacityBytes - 1;
        _maxMessageBytes = map.MaxMessageBytes;
        _redeliverBelow = 0;
        _consumerPosition = 0;
        _messages = 0;
    }

    public readonly int MaxMessageBytes => _maxMessageBytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly SpscRecord Peek()
    {
        long* header = (long*)(_data + (_consumerPosition & _mask));
        long word = Acquire(header);
        return new SpscRecord(SpscMap.PayloadOf(header), word);
    }

    /// <summary>A method of its own, as the seam's is: the JIT orders an argument's evaluation by it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Acquire(long* location) => Volatile.Read(ref *location);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong TakeValue(in SpscRecord record)
    {
        ulong value = Unsafe.ReadUnaligned<ulong>(record.Payload);
        if (_consumerPosition < _redeliverBelow)
            CountRedelivered(1);
        long position = _consumerPosition + RecordLayout.SizeOf(sizeof(ulong));
        _consumerPosition = position;
        _messages += 1;
        *_map.ConsumerMessages = _messages;
        Volatile.Write(ref *_map.ConsumerPosition, position);
        return value;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void CountRedelivered(int messages) => *_map.ConsumerRedelivered = *_map.ConsumerRedelivered + messages;
}
