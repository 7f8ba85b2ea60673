using System.Runtime.CompilerServices;
using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Memory;

namespace RingShm.Mpmc;

/// <summary>A message as its consumer has it: where its record lies, and what the header says after it was checked.</summary>
internal readonly unsafe struct MpmcRecord(byte* payload, int lengthBytes, int type)
{
    public byte* Payload { get; } = payload;

    public int LengthBytes { get; } = lengthBytes;

    public int Type { get; } = type;
}

/// <summary>
/// The consumer's half of the MPMC protocol: take the message at the consumer position by moving the position over it, read it
/// in place, release it by freeing its words for the next lap.
/// </summary>
/// <remarks>
/// Invariant Q3: a message below the consumer position whose word is Full or Skip lies in the interval of its taker's row, which
/// is stored before the position moves (M2, M10) and does not move on before the word is free again or says Reading with the
/// row's number (M7). (A single consumer's interval reaches ahead over messages that are not taken yet: those are at or after the
/// position.) A message whose word is Returned belongs to nobody, and whoever swaps its word to Reading has it (M14).
/// A message's words are released from the last to the first: as long as its first word has not changed, a survivor that walks a
/// dead one's interval finds it, and its length. What lies before it there may be released already.
/// One thread at a time; no member waits; nothing here allocates but a lease that stays open beside more others than ever before.
/// </remarks>
internal unsafe partial struct MpmcConsumerCore<TMemory>
    where TMemory : struct, IMemory
{
    private readonly MpmcMap _map;
    private readonly MpmcRow _row;

    /// <summary>A single consumer's own position.</summary>
    private long _position;

    /// <summary>Where a single consumer's interval ends, which it stores for many messages at once.</summary>
    private long _announcedEnd;

    /// <summary>The newest lease, while it is open; its granules are in the row's interval unless it is marked.</summary>
    private OpenSlot _open;
    private OpenSet _others;
    private long _messages;

    /// <summary>The attention word as it was when this consumer last began to look for returned messages.</summary>
    private long _attention;
    private bool _looksForReturned;

    public MpmcConsumerCore(in MpmcMap map, in MpmcRow row)
    {
        _map = map;
        _row = row;
        _open = OpenSlot.None;
        _messages = TMemory.Load(row.MessagesRead, Edge.M20);
        // M8 acquire: a single consumer goes on where its predecessor stopped taking. Pairs with M10.
        _position = TMemory.LoadAcquire(map.ConsumerPosition, Edge.M8);
    }

    /// <summary>Messages read through this row so far, by earlier owners too.</summary>
    public readonly long MessagesRead => _messages;

    public readonly long GranuleCount => _map.GranuleCount;

    /// <summary>Leases that are open.</summary>
    public readonly int OpenCount => _others.Count + (_open.IsOpen ? 1 : 0);

    /// <summary>Takes the next message, or one that was returned. False when there is none now.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public bool TryTake(out OpenSlot lease)
    {
        Contention contention = default;
        bool isFound = TryTakeOrFindHead(out lease, out long position);
        while (isFound && !lease.IsOpen)
        {
            // M9 acquire: as in CanTakeFast.
            long word = TMemory.LoadAcquire(_map.WordAt(position), Edge.M9);
            if (MpmcWord.IsFull(word, _map.LapOf(position)))
            {
                int granules = CheckedGranules(position, word);
                if (TryMove(ref position, position + granules))
                {
                    lease = _open = new OpenSlot(position, granules);
                    break;
                }

                contention.Lost();
            }

            isFound = TryFindHead(ref position);
        }

        return isFound;
    }

    /// <summary>
    /// The common case of <see cref="TryTake"/>: false whenever anything needs a closer look. Never throws.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTakeFast(out OpenSlot lease)
    {
        if (CanTakeFast(out long position, out int granules) && Move(position, position + granules) == position)
        {
            lease = _open = new OpenSlot(position, granules);
            return true;
        }

        Unsafe.SkipInit(out lease);
        return false;
    }

    /// <summary>Takes one value and releases it. False when there is none now.</summary>
    public bool TryRead<T>(out T value) where T : unmanaged
    {
        // A lease can only be open here because the fast path has left a damaged record to this one.
        OpenSlot lease = _open;
        if (!lease.IsOpen && !TryTake(out lease))
        {
            value = default;
            return false;
        }

        int length = LengthAt(lease.Position);
        value = TMemory.Read<T>(_map.PayloadAt(lease.Position), Edge.M11);
        ReleaseOpen(lease);
        if (length != sizeof(T))
            ThrowHelper.CorruptRecord(lease.Position, length);
        return true;
    }

    /// <summary>
    /// The common case of <see cref="TryRead{T}"/>: false whenever anything needs a closer look, which <see cref="TryRead{T}"/>
    /// then takes. Never throws.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReadFast<T>(out T value) where T : unmanaged
    {
        Unsafe.SkipInit(out value);
        if (!CanTakeFast(out long position, out int granules) || Move(position, position + granules) != position)
            return false;
        if (!TryCopy(position, out value))
        {
            _open = new OpenSlot(position, granules);
            return false;
        }

        Free(position, granules);
        // M20 plain: our own counter, in our own line.
        TMemory.Store(_row.MessagesRead, ++_messages, Edge.M20);
        return true;
    }

    /// <summary>The message of an open lease. False when its header, or the position that it was found at, is damaged.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool TryRecordOf(in OpenSlot lease, out MpmcRecord record)
    {
        long header = HeaderAt(lease.Position);
        int length = MpmcLayout.LengthOf(header);
        record = new MpmcRecord(_map.PayloadAt(lease.Position), length, MpmcLayout.TypeOf(header));
        return (uint)length <= (uint)_map.MaxMessageBytes && _map.GranulesFor(length) <= lease.Granules && lease.IsOpen;
    }

    /// <summary>True while a lease is open at this position.</summary>
    public readonly bool IsOpen(long position) => position >= 0 && (_open.Position == position || _others.Find(position).IsOpen);

    /// <summary>If the newest lease has a damaged record, lets it go, so that those behind it can be read, and says what it was.</summary>
    public void ThrowIfOpenIsDamaged()
    {
        OpenSlot lease = _open;
        if (!lease.IsOpen || TryRecordOf(lease, out _))
            return;
        int length = LengthAt(lease.Position);
        ReleaseOpen(lease);
        ThrowHelper.CorruptRecord(lease.Position, length);
    }

    /// <summary>What the header of the record at a position in an open lease gives as its length.</summary>
    public readonly int LengthAt(long position) => MpmcLayout.LengthOf(HeaderAt(position));

    /// <summary>The record's header, or what it would be in a ring of values of one length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly long HeaderAt(long position) =>
        _map.HasRecordHeaders ? TMemory.Read<long>(_map.RecordAt(position), Edge.M11) : MpmcLayout.EncodeRecord(_map.MaxMessageBytes, 0);

    /// <summary>Releases an open lease. False when none is open at this position.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryRelease(long position)
    {
        if (position >= 0 && _open.Position == position)
        {
            ReleaseOpen(_open);
            return true;
        }

        return TryReleaseOther(position);
    }

    /// <summary>True when the ring was completed, everything in it was taken, and nobody holds a message that may come again.</summary>
    public readonly bool IsDrained()
    {
        // S13 acquire, then the positions: what was claimed before completion is below the position we then see. Pairs with S12.
        if (TMemory.LoadAcquire(_map.Completed, Edge.S13) == 0)
            return false;
        // M8, M15 acquire: as takers and survivors read them.
        long consumerPosition = TMemory.LoadAcquire(_map.ConsumerPosition, Edge.M8);
        return consumerPosition >= TMemory.LoadAcquire(_map.ProducerPosition, Edge.M15)
            && !MpmcRecovery<TMemory>.IsAnythingHeld(_map, _row.Index)
            && !_looksForReturned
            // M19 acquire: after the rows: who returned a message raised it before it let its row go.
            && TMemory.LoadAcquire(_map.Attention, Edge.M19) == _attention;
    }

    /// <summary>
    /// For a consumer that finds nothing: asks the kernel about the owner of what the others wait behind, and about consumers that
    /// hold messages. Enters the kernel. True when it is worth trying again.
    /// </summary>
    public readonly bool LookForTheDead(IRowOracle oracle)
    {
        // M8 acquire: as in CanTakeFast.
        long position = TMemory.LoadAcquire(_map.ConsumerPosition, Edge.M8);
        return MpmcRecovery<TMemory>.ResolveUnpublished(_map, oracle, position, _row)
            | MpmcRecovery<TMemory>.SweepDeadConsumers(_map, oracle, _row);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int CheckedGranules(long position, long word)
    {
        int granules = MpmcWord.GranulesOf(word);
        if ((uint)(granules - 1) >= (uint)_map.MaxGranules)
            ThrowHelper.CorruptSlot(position, word);
        return granules;
    }

    /// <summary>True when a message is at the head and nothing else is to be seen to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly bool CanTakeFast(out long position, out int granules)
    {
        // M8 acquire: the words before this position were taken. Pairs with M10.
        position = _map.HasOneConsumer ? _position : TMemory.LoadAcquire(_map.ConsumerPosition, Edge.M8);
        // M9 acquire: the record is read after the word that shows it. Pairs with M6.
        long word = TMemory.LoadAcquire(_map.WordAt(position), Edge.M9);
        granules = MpmcWord.GranulesOf(word);
        return MpmcWord.IsFull(word, _map.LapOf(position)) && (uint)(granules - 1) < (uint)_map.MaxGranules
            // M19 acquire: raised after a message was returned; the line is hardly ever written. Pairs with M18, M22.
            && !_looksForReturned && TMemory.LoadAcquire(_map.Attention, Edge.M19) == _attention
            && !_open.IsOpen;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly bool TryCopy<T>(long position, out T value) where T : unmanaged
    {
        value = TMemory.Read<T>(_map.PayloadAt(position), Edge.M11);
        return LengthAt(position) == sizeof(T);
    }

    private bool TryMove(ref long position, long end)
    {
        long wanted = position;
        position = Move(position, end);
        return position == wanted;
    }

    /// <summary>Announces the interval and moves the position to its end. Returns the position found.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long Move(long position, long end)
    {
        if (_map.HasOneConsumer)
        {
            if (end > _announcedEnd)
                AnnounceTo(position, _announcedEnd = Math.Max(end, position + _map.GranulesAhead));
            // M10 release: nobody else moves it, so a store will do.
            TMemory.StoreRelease(_map.ConsumerPosition, end, Edge.M10);
            _position = end;
            return position;
        }

        AnnounceTo(position, end);
        // M10: of all who try for this message one gets it.
        return TMemory.CompareExchange(_map.ConsumerPosition, end, position, Edge.M10);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void AnnounceTo(long position, long end)
    {
        // M2 plain, then release: whoever sees the new start sees what we released before. Both are visible before M10.
        TMemory.Store(_row.IntervalEnd, end, Edge.M2);
        TMemory.StoreRelease(_row.IntervalStart, position, Edge.M2);
    }
}
