using System.Runtime.CompilerServices;
using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Memory;

namespace RingShm.Mpmc;

/// <summary>
/// The producer's half of the MPMC protocol, and of the broadcast protocol, which differ only in where a claim finds room: Vyukov's
/// bounded queue (positions moved by compare-and-swap, a sequence word in each slot) in which every claim has an owner before anybody
/// can be stuck behind it.
/// </summary>
/// <remarks>
/// Invariant Q1: a granule below the producer position whose word says nothing in that lap (MPMC: Free) lies in the interval of its claimer's row, or
/// inside a longer message. The interval is stored (M2) before the position moves over it (M3), and does not move on before the
/// word says Full, Skip or, for a claim that stays open, Writing with the row's number (M6, M7). A single producer, for whose next
/// granules nobody else tries, stores one interval for many claims: what lies in it and is not claimed yet is at or after the position.
/// Invariant Q2: granules are claimed in the order of their positions, and only when there is room for them (MPMC: their words are
/// Free in the claim's lap); once there is, there is until the position passes them. Hence <see cref="_freeBelow"/> never has to be taken back.
/// So a survivor that finds a hole finds the rows that may own it, and when the kernel says that all of those are dead, the hole
/// is nobody's (<see cref="MpmcRecovery{TMemory}"/>).
/// Source of the queue: Dmitry Vyukov, "Bounded MPMC queue", 1024cores.net.
/// One thread at a time; no member waits; nothing here allocates but a claim that stays open beside more others than ever before.
/// </remarks>
internal unsafe partial struct MpmcProducerCore<TMemory, TRoom>
    where TMemory : struct, IMemory
    where TRoom : struct, IClaimRoom<TMemory>
{
    private readonly MpmcMap _map;
    private readonly MpmcRow _row;
    private TRoom _room;

    /// <summary>Every granule from the producer position up to here is free, unless it has been claimed since.</summary>
    private long _freeBelow;

    /// <summary>A single producer's own position.</summary>
    private long _position;

    /// <summary>Where a single producer's interval ends, which it stores for many claims at once.</summary>
    private long _announcedEnd;

    /// <summary>The newest claim, while it is open; its granules are in the row's interval unless it is marked.</summary>
    private OpenSlot _open;
    private OpenSet _others;
    private long _messages;

    public MpmcProducerCore(in MpmcMap map, in MpmcRow row, in TRoom room = default)
    {
        _map = map;
        _row = row;
        _room = room;
        _open = OpenSlot.None;
        _messages = TMemory.Load(row.MessagesWritten, Edge.M20);
        // M1 acquire: a single producer goes on where its predecessor's claims ended. Pairs with M3.
        _position = TMemory.LoadAcquire(map.ProducerPosition, Edge.M1);
        if (_position is < 0 or > MpmcRecovery<TMemory>.MaxPosition)
            ThrowHelper.CorruptPosition("producer", _position, "0 to 2^62");
        _freeBelow = _position;
    }

    public readonly int MaxMessageBytes => _map.MaxMessageBytes;

    /// <summary>Messages written through this row so far, by earlier owners too.</summary>
    public readonly long MessagesWritten => _messages;

    public readonly long GranuleCount => _map.GranuleCount;

    /// <summary>Claims that are open.</summary>
    public readonly int OpenCount => _others.Count + (_open.IsOpen ? 1 : 0);

    /// <summary>Where this producer finds room, and why it did not.</summary>
    public readonly TRoom Where => _room;

    /// <summary>Writes one message, or returns false when there is no room for it.</summary>
    public bool TryWrite(ReadOnlySpan<byte> payload, int type)
    {
        if ((uint)payload.Length > (uint)_map.MaxMessageBytes)
            ThrowHelper.MessageTooLarge(payload.Length, _map.MaxMessageBytes);
        int granules = _map.GranulesFor(payload.Length);
        long position = TakeGranules(granules);
        if (position < 0)
            return false;
        Write(position, granules, payload, type);
        return true;
    }

    /// <summary>
    /// The common case of <see cref="TryWrite(ReadOnlySpan{byte}, int)"/>: false whenever anything needs a closer look. Never throws.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryWriteFast(ReadOnlySpan<byte> payload, int type)
    {
        if ((uint)payload.Length > (uint)_map.MaxMessageBytes)
            return false;
        int granules = _map.GranulesFor(payload.Length);
        if (!CanTakeFast(granules, out long position) || Move(position, granules) != position)
            return false;
        Write(position, granules, payload, type);
        return true;
    }

    /// <summary>Writes one value, or returns false when there is no room for it.</summary>
    public bool TryWrite<T>(in T value, int type) where T : unmanaged
    {
        long position = TakeGranules(1);
        if (position < 0)
            return false;
        Write(position, value, type);
        return true;
    }

    /// <summary>The common case of <see cref="TryWrite{T}"/>: false whenever anything needs a closer look. Never throws.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryWriteFast<T>(in T value, int type) where T : unmanaged
    {
        if (!CanTakeFast(1, out long position) || Move(position, 1) != position)
            return false;
        Write(position, value, type);
        return true;
    }

    /// <summary>Claims room for a payload of at most this length. False when there is none.</summary>
    public bool TryClaim(int maxPayloadBytes, out OpenSlot claim)
    {
        if ((uint)maxPayloadBytes > (uint)_map.MaxMessageBytes)
            ThrowHelper.MessageTooLarge(maxPayloadBytes, _map.MaxMessageBytes);
        int granules = _map.GranulesFor(maxPayloadBytes);
        long position = TakeGranules(granules);
        if (position < 0)
        {
            claim = OpenSlot.None;
            return false;
        }

        // In a sound ring positions only grow. In a damaged one, a claim could be none, or two at one position not told apart.
        if (_others.Find(position).IsOpen)
            ThrowHelper.CorruptPosition("producer", position, "past every open claim");
        claim = _open = new OpenSlot(position, granules, maxPayloadBytes);
        return true;
    }

    /// <summary>Where the payload of an open claim lies.</summary>
    public readonly byte* PayloadAt(long position) => _map.PayloadAt(position);

    /// <summary>Publishes an open claim. False when none is open at this position.</summary>
    public bool TryCommit(long position, int lengthBytes, int type)
    {
        if (!TryClose(position, out OpenSlot claim))
            return false;
        WriteHeader(position, lengthBytes, type);
        Publish(position, claim.Granules);
        Unmark(claim);
        return true;
    }

    /// <summary>Gives an open claim up: consumers pass over it. False when none is open at this position.</summary>
    public bool TryAbort(long position)
    {
        if (!TryClose(position, out OpenSlot claim))
            return false;
        // M6 release: the claim ends here, whatever was written into it.
        TMemory.StoreRelease(_map.WordAt(position), MpmcWord.Skip(_map.LapOf(position), claim.Granules), Edge.M6);
        Unmark(claim);
        TMemory.Store(_row.ClaimsAborted, TMemory.Load(_row.ClaimsAborted, Edge.M20) + 1, Edge.M20);
        return true;
    }

    /// <summary>
    /// For a producer that was refused: asks the kernel about who is in the way. Enters the kernel only when somebody is. True when
    /// it is worth trying again.
    /// </summary>
    public readonly bool LookForTheDead(IRowOracle oracle) => _room.LookForTheDead(_map, oracle, _row);

    /// <summary>The open claim at this position, or none.</summary>
    public readonly OpenSlot FindOpen(long position) => position >= 0 && _open.Position == position ? _open : _others.Find(position);

    // S13 acquire: as in SPSC; the line is written once in the ring's life. Pairs with S12.
    public readonly bool IsCompleted => TMemory.LoadAcquire(_map.Completed, Edge.S13) != 0;

    public readonly void ThrowIfCompleted()
    {
        if (IsCompleted)
            ThrowHelper.Completed();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Write(long position, int granules, ReadOnlySpan<byte> payload, int type)
    {
        WriteHeader(position, payload.Length, type);
        TMemory.CopyIn(_map.PayloadAt(position), payload, Edge.M5);
        Publish(position, granules);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Write<T>(long position, in T value, int type) where T : unmanaged
    {
        WriteHeader(position, sizeof(T), type);
        TMemory.Write(_map.PayloadAt(position), value, Edge.M5);
        Publish(position, 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void WriteHeader(long position, int lengthBytes, int type)
    {
        if (_map.HasRecordHeaders)
            TMemory.Write(_map.RecordAt(position), MpmcLayout.EncodeRecord(lengthBytes, type), Edge.M5);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Publish(long position, int granules)
    {
        // M6 release: the record before the word that shows it. Pairs with M9.
        TMemory.StoreRelease(_map.WordAt(position), MpmcWord.Full(_map.LapOf(position), granules), Edge.M6);
        // M20 plain: our own counter, in our own line.
        TMemory.Store(_row.MessagesWritten, ++_messages, Edge.M20);
    }

    /// <summary>True when the next granules are known to be free and nothing else is to be seen to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly bool CanTakeFast(int granules, out long position)
    {
        // M1 acquire: the claims up to here, and with them the words of the lap before, are at least as new. Pairs with M3.
        position = _map.HasOneProducer ? _position : TMemory.LoadAcquire(_map.ProducerPosition, Edge.M1);
        return position <= _freeBelow - granules && !_open.IsOpen && !IsCompleted;
    }

    /// <summary>
    /// Announces the interval and moves the position over it. Returns the position found: the one given, or another's.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long Move(long position, int granules)
    {
        long end = position + granules;
        if (_map.HasOneProducer)
        {
            if (end > _announcedEnd)
                AnnounceTo(position, _announcedEnd = Math.Max(end, position + _map.GranulesAhead));
            // M3 release: nobody else moves it, so a store will do.
            TMemory.StoreRelease(_map.ProducerPosition, end, Edge.M3);
            _position = end;
            return position;
        }

        AnnounceTo(position, end);
        // M3: of all who try for this position one gets it.
        return TMemory.CompareExchange(_map.ProducerPosition, end, position, Edge.M3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void AnnounceTo(long position, long end)
    {
        // M2 plain, then release: whoever sees the new start sees what we published before. Both are visible before M3.
        TMemory.Store(_row.IntervalEnd, end, Edge.M2);
        TMemory.StoreRelease(_row.IntervalStart, position, Edge.M2);
    }

    private void MarkOpen()
    {
        if (!_open.IsMarked)
        {
            TMemory.Store(_row.Marks, TMemory.Load(_row.Marks, Edge.M21) + 1, Edge.M21);
            // M7 release: the word names us before our interval moves on (M2), and the count of marks before the word.
            TMemory.StoreRelease(
                _map.WordAt(_open.Position), MpmcWord.Writing(_map.LapOf(_open.Position), _open.Granules, _row.Index), Edge.M7);
        }

        _others.Add(_open with { IsMarked = true });
        _open = OpenSlot.None;
    }

    private bool TryClose(long position, out OpenSlot claim)
    {
        if (position >= 0 && _open.Position == position)
        {
            claim = _open;
            _open = OpenSlot.None;
            return true;
        }

        return _others.TryRemove(position, out claim);
    }

    private readonly void Unmark(in OpenSlot claim)
    {
        if (claim.IsMarked)
            TMemory.Store(_row.Marks, TMemory.Load(_row.Marks, Edge.M21) - 1, Edge.M21);
    }

    private void ForgetInterval()
    {
        _announcedEnd = 0;
        // M2 release: what we published or marked before is visible to who sees the interval empty. Pairs with M16.
        TMemory.StoreRelease(_row.IntervalStart, TMemory.Load(_row.IntervalEnd, Edge.M2), Edge.M2);
    }
}
