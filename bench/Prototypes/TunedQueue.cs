using System.Numerics;
using System.Runtime.CompilerServices;

namespace RingShm.Prototypes;

/// <summary>What an explored queue does beyond Vyukov's; a type argument, so that the JIT leaves nothing of what is off.</summary>
internal interface ITuning
{
    /// <summary>Bytes from slot to slot.</summary>
    static abstract int SlotBytes { get; }

    /// <summary>Where the message lies in its slot.</summary>
    static virtual int MessageOffset => sizeof(long);

    /// <summary>Neighbours in a block of so many slots go to different lines; 1 leaves them side by side.</summary>
    static virtual int SpreadBlock => 1;

    /// <summary>Sequence words lie in a table of their own, before the messages.</summary>
    static virtual bool HasSideTable => false;

    /// <summary>Slots that a producer looks at ahead, once, to know that they are free; 0 looks at each when it comes to it.</summary>
    static virtual int ProducerLookAhead => 0;

    /// <summary>Slots that a consumer looks at ahead, once, to know that they are full.</summary>
    static virtual int ConsumerLookAhead => 0;

    /// <summary>Pauses after a lost compare-and-swap.</summary>
    static virtual int PausesAfterLoss => 0;

    /// <summary>Slots ahead to fetch after a claim.</summary>
    static virtual int PrefetchDistance => 0;

    /// <summary>Stores the position into a private row before the claim, as the intent-row protocol does.</summary>
    static virtual bool StoresIntent => false;

    /// <summary>Pauses when a consumer finds the next slot not yet full, so that the producer's line is not taken from it.</summary>
    static virtual int PausesWhenEmpty => 0;

    /// <summary>Pauses when a producer finds the next slot not yet free.</summary>
    static virtual int PausesWhenFull => 0;

    /// <summary>
    /// Pauses only when so many messages in a row went through before: who streams has caught up with the other side and lets
    /// it get ahead, who waits for single messages is not delayed. 0 pauses always.
    /// </summary>
    static virtual int RunBeforePause => 0;
}

/// <summary>Vyukov's queue with the ideas that were explored for the MPMC ring, each to be switched on alone.</summary>
internal unsafe struct TunedQueue<T, TTuning>
    where T : unmanaged
    where TTuning : struct, ITuning
{
    private const int ConsumerOffset = 128;
    private const int IntentsOffset = 256;
    private const int IntentBytes = 128;
    private const int Participants = 16;
    private const int SlotsOffset = IntentsOffset + (Participants * IntentBytes);
    private const int LineBytes = 64;

    private readonly byte* _memory;
    private readonly long _mask;
    private readonly int _participant;
    private int _run;
    private long _knownBelow;

    public TunedQueue(byte* memory, int slots, int participant)
    {
        _memory = memory;
        _mask = slots - 1;
        _participant = participant;
    }

    private readonly long* ProducerPosition
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (long*)_memory;
    }

    private readonly long* ConsumerPosition
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (long*)(_memory + ConsumerOffset);
    }

    private readonly long* Intent
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (long*)(_memory + IntentsOffset + (_participant * IntentBytes));
    }

    // The inliner's budget is soon spent where a queue is inlined into its caller's loop; what is left out becomes a call a message.
    private static int WordBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TTuning.HasSideTable ? sizeof(long) : TTuning.SlotBytes;
    }

    private static int SlotsPerLine
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => LineBytes > TTuning.SlotBytes ? LineBytes / TTuning.SlotBytes : 1;
    }

    public static long BytesFor(int slots) => SlotsOffset + MessagesOffset(slots) + ((long)slots * TTuning.SlotBytes);

    public static void Initialize(byte* memory, int slots)
    {
        for (long i = 0; i < slots; i++)
            *(long*)(memory + SlotsOffset + (Place(i) * WordBytes)) = i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryEnqueue(in T message)
    {
        long position = Volatile.Read(ref *ProducerPosition);
        while (true)
        {
            long ahead = TTuning.ProducerLookAhead > 0 && position < _knownBelow
                ? 0
                : Volatile.Read(ref *WordOf(position)) - position;
            if (ahead == 0)
            {
                if (TTuning.ProducerLookAhead > 0 && position >= _knownBelow)
                    _knownBelow = FreeBelow(_memory, _mask, position);
                if (TTuning.StoresIntent)
                    Volatile.Write(ref *Intent, position);
                long found = Interlocked.CompareExchange(ref *ProducerPosition, position + 1, position);
                if (found == position)
                    break;
                position = found;
                Pause(TTuning.PausesAfterLoss);
            }
            else if (ahead < 0)
            {
                PauseAfterRun(TTuning.PausesWhenFull);
                return false;
            }
            else
            {
                position = Volatile.Read(ref *ProducerPosition);
            }
        }

        if (TTuning.PrefetchDistance > 0)
            Prefetch(position + TTuning.PrefetchDistance);
        Unsafe.WriteUnaligned(MessageOf(position), message);
        Volatile.Write(ref *WordOf(position), position + 1);
        CountRun();
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryDequeue(out T message)
    {
        long position = Volatile.Read(ref *ConsumerPosition);
        while (true)
        {
            long ahead = TTuning.ConsumerLookAhead > 0 && position < _knownBelow
                ? 0
                : Volatile.Read(ref *WordOf(position)) - (position + 1);
            if (ahead == 0)
            {
                if (TTuning.ConsumerLookAhead > 0 && position >= _knownBelow)
                    _knownBelow = FullBelow(_memory, _mask, position);
                if (TTuning.StoresIntent)
                    Volatile.Write(ref *Intent, position);
                long found = Interlocked.CompareExchange(ref *ConsumerPosition, position + 1, position);
                if (found == position)
                    break;
                position = found;
                Pause(TTuning.PausesAfterLoss);
            }
            else if (ahead < 0)
            {
                PauseAfterRun(TTuning.PausesWhenEmpty);
                message = default;
                return false;
            }
            else
            {
                position = Volatile.Read(ref *ConsumerPosition);
            }
        }

        if (TTuning.PrefetchDistance > 0)
            Prefetch(position + TTuning.PrefetchDistance);
        message = Unsafe.ReadUnaligned<T>(MessageOf(position));
        Volatile.Write(ref *WordOf(position), position + _mask + 1);
        CountRun();
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pause(int pauses)
    {
        if (pauses > 0)
            Thread.SpinWait(pauses);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CountRun()
    {
        if (TTuning.RunBeforePause > 0)
            _run++;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void PauseAfterRun(int pauses)
    {
        if (TTuning.RunBeforePause > 0)
        {
            int run = _run;
            _run = 0;
            if (run < TTuning.RunBeforePause)
                return;
        }

        Pause(pauses);
    }

    private static long MessagesOffset(int slots) => TTuning.HasSideTable ? (long)slots * sizeof(long) : 0;

    /// <summary>The slot of an index: within a block, consecutive indices go to consecutive lines.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Place(long index)
    {
        if (TTuning.SpreadBlock <= 1)
            return index;
        int lines = TTuning.SpreadBlock / SlotsPerLine;
        long within = index & (TTuning.SpreadBlock - 1);
        return index - within + ((within & (lines - 1)) * SlotsPerLine) + (within >> BitOperations.Log2((uint)lines));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long FreeBelow(byte* memory, long mask, long position)
    {
        long end = position + 1;
        while (end < position + TTuning.ProducerLookAhead && Volatile.Read(ref *WordOf(memory, mask, end)) == end)
            end++;
        return end;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long FullBelow(byte* memory, long mask, long position)
    {
        long end = position + 1;
        while (end < position + TTuning.ConsumerLookAhead && Volatile.Read(ref *WordOf(memory, mask, end)) == end + 1)
            end++;
        return end;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Prefetch(long position)
    {
        if (System.Runtime.Intrinsics.X86.Sse.IsSupported)
            System.Runtime.Intrinsics.X86.Sse.Prefetch0(WordOf(position));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long* WordOf(byte* memory, long mask, long position) =>
        (long*)(memory + SlotsOffset + (Place(position & mask) * WordBytes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly long* WordOf(long position) => WordOf(_memory, _mask, position);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly byte* MessageOf(long position) => _memory + SlotsOffset + (Place(position & _mask) * TTuning.SlotBytes)
        + (TTuning.HasSideTable ? (_mask + 1) * sizeof(long) : TTuning.MessageOffset);
}
