using System.Buffers;
using System.Runtime.CompilerServices;
using RingShm.Liveness;
using RingShm.Memory;
using RingShm.Waiting;

namespace RingShm.Mpmc;

/// <summary>
/// All that the handles of MPMC producers and of broadcast writers do, of bytes and of values: they differ in where a claim finds room.
/// A struct inside the handle, so that the JIT makes one copy for each kind of room and nothing is virtual.
/// </summary>
/// <param name="core">The protocol.</param>
/// <param name="oracle">Who says who is dead.</param>
/// <param name="others">The doorbell of who reads.</param>
/// <param name="roomyGranules">The ring's granules if its writers pause longer after a torrent; 0 if not. See <see cref="Streak"/>.</param>
internal unsafe struct ClaimingEnd<TRoom>(
    in MpmcProducerCore<DirectMemory, TRoom> core, IRowOracle oracle, in Doorbell<DirectMemory> others, long roomyGranules)
    where TRoom : struct, IClaimRoom<DirectMemory>
{
    private readonly IRowOracle _oracle = oracle;
    private readonly Doorbell<DirectMemory> _others = others;
    private readonly long _roomyGranules = roomyGranules;
    private MpmcProducerCore<DirectMemory, TRoom> _core = core;
    private Streak _streak;

    /// <summary>The buffer writers of open claims that were asked for one.</summary>
    private List<(long Position, ClaimWriter Writer)>? _writers;

    public readonly int MaxMessageBytes => _core.MaxMessageBytes;

    public readonly bool IsCompleted => _core.IsCompleted;

    public bool HasRoom(int lengthBytes) => _core.HasRoom(lengthBytes);

    public readonly bool IsWorthTrying() => _core.IsWorthTrying();

    public readonly bool IsHeldUp() => _core.IsHeldUp();

    public readonly bool LookForTheDead() => _core.LookForTheDead(_oracle);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryWrite(RingHandle handle, ReadOnlySpan<byte> message, int type)
    {
        handle.EnterBeside();
        if (!_core.TryWriteFast(message, type))
            return TryWriteSlow(handle, message, type);
        _others.Ring();
        handle.ExitBeside(opened: 0);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryWrite<T>(RingHandle handle, in T value, int type)
        where T : unmanaged
    {
        handle.EnterBeside();
        if (!_core.TryWriteFast(value, type))
            return TryWriteSlow(handle, value, type);
        _others.Ring();
        handle.ExitBeside(opened: 0);
        return true;
    }

    public bool TryClaim(RingHandle handle, IClaimOwner owner, int maxLengthBytes, out Claim claim)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxLengthBytes);
        int opened = 0;
        handle.EnterBeside();
        try
        {
            if (!_core.TryClaim(maxLengthBytes, out OpenSlot slot)
                && !(handle.IsFreedFromTheDead() && _core.TryClaim(maxLengthBytes, out slot)))
            {
                claim = default;
                return false;
            }

            opened = 1;
            claim = new Claim(new Span<byte>(_core.PayloadAt(slot.Position), maxLengthBytes), slot.Position, owner);
            return true;
        }
        finally
        {
            handle.ExitBeside(opened);
        }
    }

    public int TryWriteBatch(RingHandle handle, ReadOnlySpan<ReadOnlyMemory<byte>> messages, int type)
    {
        handle.EnterBeside();
        try
        {
            int written = _core.TryWriteBatch(messages, type);
            return written == 0 && messages.Length > 0 && handle.IsFreedFromTheDead() ? _core.TryWriteBatch(messages, type) : written;
        }
        finally
        {
            Leave(handle, opened: 0);
        }
    }

    public int TryWriteBatch<T>(RingHandle handle, ReadOnlySpan<T> values, int type)
        where T : unmanaged
    {
        handle.EnterBeside();
        try
        {
            int written = _core.TryWriteBatch(values, type);
            return written == 0 && values.Length > 0 && handle.IsFreedFromTheDead() ? _core.TryWriteBatch(values, type) : written;
        }
        finally
        {
            Leave(handle, opened: 0);
        }
    }

    public void Commit(RingHandle handle, long number, int lengthBytes, int type)
    {
        int opened = 0;
        handle.EnterToEnd();
        try
        {
            if (!_core.FindOpen(number).IsOpen)
                ThrowHelper.ClaimOver();
            opened = -1;
            ForgetWriter(number);
            if (handle.IsDisposed)
            {
                _core.TryAbort(number);
                throw new ObjectDisposedException(handle.GetType().Name);
            }

            if (_core.IsCompleted)
            {
                _core.TryAbort(number);
                ThrowHelper.Completed();
            }

            _core.TryCommit(number, lengthBytes, type);
        }
        finally
        {
            // Committed or given up: readers get on either way.
            Leave(handle, opened);
        }
    }

    public void Abort(RingHandle handle, long number)
    {
        if (!_core.FindOpen(number).IsOpen)
            return;
        handle.EnterToEnd();
        _core.TryAbort(number);
        ForgetWriter(number);
        Leave(handle, opened: -1);
    }

    public IBufferWriter<byte> WriterFor(long number)
    {
        if (FindWriter(number) is { } known)
            return known;
        OpenSlot claim = _core.FindOpen(number);
        if (!claim.IsOpen)
            ThrowHelper.ClaimOver();
        ClaimWriter writer = new();
        writer.Reset(_core.PayloadAt(number), claim.Bytes);
        (_writers ??= []).Add((number, writer));
        return writer;
    }

    public readonly int WrittenBytes(long number)
    {
        if (!_core.FindOpen(number).IsOpen)
            ThrowHelper.ClaimOver();
        return FindWriter(number)?.WrittenBytes ?? 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryWriteSlow(RingHandle handle, ReadOnlySpan<byte> message, int type)
    {
        try
        {
            return _core.TryWrite(message, type) || (handle.IsFreedFromTheDead() && _core.TryWrite(message, type)) || Refused();
        }
        finally
        {
            Leave(handle, opened: 0);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryWriteSlow<T>(RingHandle handle, in T value, int type)
        where T : unmanaged
    {
        try
        {
            return _core.TryWrite(value, type) || (handle.IsFreedFromTheDead() && _core.TryWrite(value, type)) || Refused();
        }
        finally
        {
            Leave(handle, opened: 0);
        }
    }

    private bool Refused()
    {
        _streak.Pause(_core.MessagesWritten, _roomyGranules);
        return false;
    }

    private readonly void Leave(RingHandle handle, int opened)
    {
        _others.Ring();
        handle.ExitBeside(opened);
    }

    private readonly ClaimWriter? FindWriter(long position)
    {
        foreach ((long at, ClaimWriter writer) in _writers ?? [])
        {
            if (at == position)
                return writer;
        }

        return null;
    }

    private readonly void ForgetWriter(long position)
    {
        for (int i = (_writers?.Count ?? 0) - 1; i >= 0; i--)
        {
            if (_writers![i].Position != position)
                continue;
            _writers[i].Writer.Reset(null, 0);
            _writers.RemoveAt(i);
        }
    }
}
