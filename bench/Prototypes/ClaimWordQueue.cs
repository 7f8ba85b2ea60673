using System.Numerics;
using System.Runtime.CompilerServices;
using RingShm.Memory;

namespace RingShm.Prototypes;

/// <summary>
/// The claim-word protocol for messages of one granule, as a prototype for the choice of the MPMC protocol: the claim is a
/// compare-and-swap on the slot's own word, so ownership, lap and length become visible in one step and there is no claim
/// without an owner. Positions are hints that anyone helps forward.
/// </summary>
/// <remarks>
/// <code>
///  producer:  Free(lap) --cas--> Writing(row) .. payload .. hint .. --store--> Full
///  consumer:  Full --cas--> Reading(row) .. payload .. hint .. --store--> Free(lap + 1)
///  survivor:  Writing(dead) --cas--> Skip          Skip --cas--> Free(lap + 1)          Reading(dead) --cas--> Reading(mine)
/// </code>
/// Each position is claimed only after the one before it: a producer goes past a position that it has seen claimed, or past
/// which a hint has been moved by somebody who had. Consumers likewise. A hint moves by one, by compare-and-swap, and has passed
/// a position before that position's word says Full (the producers' hint) or Free again (the consumers').
/// </remarks>
internal readonly unsafe struct ClaimWordQueue<TMemory, T>
    where TMemory : struct, IMemory
    where T : unmanaged
{
    /// <summary>Edges of this queue alone; the library's documents list those of the library.</summary>
    public const Edge LoadHint = (Edge)1100;
    public const Edge MoveHint = (Edge)1101;
    public const Edge LoadWord = (Edge)1102;
    public const Edge Claim = (Edge)1103;
    public const Edge Payload = (Edge)1104;
    public const Edge Publish = (Edge)1105;
    public const Edge Take = (Edge)1106;
    public const Edge ReadPayload = (Edge)1107;
    public const Edge Release = (Edge)1108;
    public const Edge SkipDead = (Edge)1109;
    public const Edge FreeSkipped = (Edge)1110;
    public const Edge TakeOver = (Edge)1111;

    private const int ConsumerOffset = 128;
    private const int SlotsOffset = 256;
    private const int LineBytes = 64;

    private readonly byte* _memory;
    private readonly long _mask;
    private readonly int _lapShift;
    private readonly int _row;

    public ClaimWordQueue(byte* memory, int slots, int row)
    {
        _memory = memory;
        _mask = slots - 1;
        _lapShift = BitOperations.Log2((uint)slots);
        _row = row;
    }

    private static int SlotBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => sizeof(T) <= sizeof(long) ? sizeof(long) * 2 : (sizeof(long) + sizeof(T) + LineBytes - 1) / LineBytes * LineBytes;
    }

    private long* ProducerHint
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (long*)_memory;
    }

    private long* ConsumerHint
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (long*)(_memory + ConsumerOffset);
    }

    public static long BytesFor(int slots) => SlotsOffset + ((long)slots * SlotBytes);

    /// <summary>Prepares zeroed memory; before anybody shares it.</summary>
    public static void Initialize(byte* memory, int slots)
    {
        for (long i = 0; i < slots; i++)
            *(long*)(memory + SlotsOffset + (i * SlotBytes)) = ClaimWord.Pack(SlotState.Free, 0, 0);
    }

    /// <summary>False when full, or when the word that is in the way is held; <paramref name="obstacle"/> is its position.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryEnqueue(in T message, out long obstacle)
    {
        long position = TMemory.Load(ProducerHint, LoadHint);
        while (true)
        {
            long lap = position >> _lapShift;
            long* word = WordOf(position);
            // Claim-word edges: acquires Release, so that the reads of the lap before are over.
            long found = TMemory.LoadAcquire(word, LoadWord);
            long free = ClaimWord.Pack(SlotState.Free, 0, lap);
            if (found == free)
            {
                found = TMemory.CompareExchange(word, ClaimWord.Pack(SlotState.Writing, _row, lap), free, Claim);
                if (found == free)
                {
                    obstacle = -1;
                    TMemory.Write((byte*)(word + 1), in message, Payload);
                    Pass(ProducerHint, position);
                    TMemory.StoreRelease(word, ClaimWord.Pack(SlotState.Full, _row, lap), Publish);
                    return true;
                }
            }

            if (ClaimWord.LapsAhead(found, lap) < 0)
            {
                obstacle = position;
                return false;
            }

            position = PassAndFollow(ProducerHint, position);
        }
    }

    /// <summary>False when empty, or when the word that is in the way is held; <paramref name="obstacle"/> is its position.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryDequeue(out T message, out long obstacle)
    {
        long position = TMemory.Load(ConsumerHint, LoadHint);
        while (true)
        {
            long lap = position >> _lapShift;
            long* word = WordOf(position);
            // Claim-word edges: acquires Publish, so that the payload is whole.
            long found = TMemory.LoadAcquire(word, LoadWord);
            if (ClaimWord.StateOf(found) == SlotState.Full && ClaimWord.LapsAhead(found, lap) == 0)
            {
                long full = found;
                found = TMemory.CompareExchange(word, ClaimWord.Pack(SlotState.Reading, _row, lap), full, Take);
                if (found == full)
                {
                    obstacle = -1;
                    message = TMemory.Read<T>((byte*)(word + 1), ReadPayload);
                    Pass(ConsumerHint, position);
                    TMemory.StoreRelease(word, ClaimWord.Pack(SlotState.Free, 0, lap + 1), Release);
                    return true;
                }
            }

            int ahead = ClaimWord.LapsAhead(found, lap);
            SlotState state = ClaimWord.StateOf(found);
            if (ahead < 0 || (ahead == 0 && state is SlotState.Free or SlotState.Writing))
            {
                message = default;
                obstacle = position;
                return false;
            }

            position = PassAndFollow(ConsumerHint, position);
            // The hint has passed the skipped position, so its word may go. Whoever comes late finds it gone.
            if (ahead == 0 && state == SlotState.Skip)
                TMemory.CompareExchange(word, ClaimWord.Pack(SlotState.Free, 0, lap + 1), found, FreeSkipped);
        }
    }

    /// <summary>The word in a slot, for whoever was stopped there or looks for what the dead hold.</summary>
    public long Look(long position) => TMemory.LoadAcquire(WordOf(position), LoadWord);

    /// <summary>
    /// Frees a skipped word that is in a producer's way. Whoever met it first may have died between passing it and freeing it; it
    /// may go once the consumers' hint has passed it, and a producer may move that hint as well as a consumer.
    /// </summary>
    public bool TryFreeSkipped(long position, long seen)
    {
        long skipped = position - _mask - 1;
        if (TMemory.Load(ConsumerHint, LoadHint) < skipped)
            return false;
        Pass(ConsumerHint, skipped);
        return TMemory.CompareExchange(
            WordOf(position), ClaimWord.Pack(SlotState.Free, 0, position >> _lapShift), seen, FreeSkipped) == seen;
    }

    /// <summary>Marks what a dead producer had claimed; the oracle must have confirmed its death after the word was read.</summary>
    public bool TrySkip(long position, long seen) => TMemory.CompareExchange(
        WordOf(position), ClaimWord.Pack(SlotState.Skip, 0, position >> _lapShift), seen, SkipDead) == seen;

    /// <summary>
    /// Takes over what a dead consumer had taken, to deliver it again; the oracle must have confirmed the death after the word
    /// was read. The dead one may have left the hint at the position, and never further behind.
    /// </summary>
    public bool TryTakeOver(long position, long seen, out T message)
    {
        long lap = position >> _lapShift;
        long* word = WordOf(position);
        if (TMemory.CompareExchange(word, ClaimWord.Pack(SlotState.Reading, _row, lap), seen, TakeOver) != seen)
        {
            message = default;
            return false;
        }

        message = TMemory.Read<T>((byte*)(word + 1), ReadPayload);
        Pass(ConsumerHint, position);
        TMemory.StoreRelease(word, ClaimWord.Pack(SlotState.Free, 0, lap + 1), Release);
        return true;
    }

    /// <summary>The position of a word as it was read: its slot and its lap say so.</summary>
    public long PositionOf(int slot, long word) => ((long)(uint)word << _lapShift) | (uint)slot;

    /// <summary>Moves a hint past a position that is claimed, unless somebody has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pass(long* hint, long position)
    {
        // Who claims a position came to it from the hint, so the hint is there or past it.
        if (TMemory.Load(hint, LoadHint) == position)
            TMemory.CompareExchange(hint, position + 1, position, MoveHint);
    }

    /// <summary>Helps a hint past a position that others hold, and says where to go on.</summary>
    private static long PassAndFollow(long* hint, long position)
    {
        long found = TMemory.CompareExchange(hint, position + 1, position, MoveHint);
        return Math.Max(found, position + 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long* WordOf(long position) => (long*)(_memory + SlotsOffset + ((position & _mask) * SlotBytes));
}
