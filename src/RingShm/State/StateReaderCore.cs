using System.Runtime.CompilerServices;
using RingShm.Layout;
using RingShm.Memory;

namespace RingShm.State;

/// <summary>
/// How a whole value is read in a bounded number of steps, whatever writers do (docs/adr/0010): copied and then validated, up to three
/// times; after that from a buffer that is pinned, which writers keep away from.
/// </summary>
/// <remarks>
/// <code>
///  validated                             pinned
///  current word: version, buffer  (V1)   own pin: Choosing                     (V5)
///  copy                           (V2)   fence                                 (V6)
///  load fence                     (V3)   current word: version, buffer         (V1)
///  buffer's version as before?    (V4)   own pin: Choosing -> Pinned(buffer)   (V7)   failed: a writer has pinned one for us
///                                        copy, own pin: Idle                   (V20, V8)
/// </code>
/// </remarks>
internal unsafe struct StateReaderCore<TMemory>
    where TMemory : struct, IMemory
{
    private const int ValidatedCopies = 3;
    private const long UnknownVersion = -1;

    private readonly StateMap _map;
    private readonly StateRow _row;

    /// <summary>Counts this row's pins across its owners, so that a helper that comes late finds another turn.</summary>
    private long _turn;

    public StateReaderCore(in StateMap map, in StateRow row)
    {
        _map = map;
        _row = row;
        // V8 plain: the row is ours, and its last owner or who swept it left its pin idle.
        _turn = StateWord.TurnOf(TMemory.Load(row.Pin, Edge.V8));
    }

    public readonly int MaxValueBytes => _map.MaxValueBytes;

    public readonly StateMap Map => _map;

    public readonly StateRow Row => _row;

    // V1 acquire: as for reading. Pairs with V18.
    public readonly long Version => StateWord.VersionOf(TMemory.LoadAcquire(_map.Current, Edge.V1));

    /// <summary>Copies the value into the caller's variable. False when nothing was written yet.</summary>
    public bool TryRead<T>(out T value, out StateRead read)
        where T : unmanaged =>
        TryReadOnce(out value, out read) || TryReadAgain(out value, out read);

    /// <summary>The first copy, and the only one as a rule. False when <see cref="TryReadAgain"/> has to decide. Throws nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool TryReadOnce<T>(out T value, out StateRead read)
        where T : unmanaged
    {
        // V1 acquire: the buffer that it names is whole, as far as it is not written anew. Pairs with V18.
        long current = TMemory.LoadAcquire(_map.Current, Edge.V1);
        int index = StateWord.BufferOf(current);
        if ((uint)index < (uint)_map.BufferCount)
        {
            StateBuffer buffer = _map.Buffer(index);
            long source = TMemory.Load(buffer.Source, Edge.V2);
            TMemory.Read(buffer.Payload, out value, Edge.V2);
            // V3: a copy of anything newer makes V4 see another version. Pairs with V15.
            TMemory.LoadFence(Edge.V3);
            long version = StateWord.VersionOf(current);
            if (TMemory.Load(buffer.Version, Edge.V4) == version && version != 0)
            {
                read = new StateRead(version, sizeof(T), source);
                return true;
            }
        }

        Unsafe.SkipInit(out value);
        read = default;
        return false;
    }

    /// <summary>
    /// Copies the value to the start of the destination. False when nothing was written yet, and when the value is longer than the
    /// destination: its length is in <paramref name="read"/>.
    /// </summary>
    public bool TryRead(Span<byte> destination, out StateRead read)
    {
        for (int copy = 0; copy < ValidatedCopies; copy++)
        {
            // V1 acquire: as above. Pairs with V18.
            long current = TMemory.LoadAcquire(_map.Current, Edge.V1);
            long version = StateWord.VersionOf(current);
            if (version == 0)
                break;
            StateBuffer buffer = _map.Buffer(Checked(current));
            long length = TMemory.Load(buffer.Length, Edge.V2);
            long source = TMemory.Load(buffer.Source, Edge.V2);
            if (Fits(length, destination))
                TMemory.CopyOut(buffer.Payload, destination[..(int)length], Edge.V2);
            // V3: as above. Pairs with V15.
            TMemory.LoadFence(Edge.V3);
            if (TMemory.Load(buffer.Version, Edge.V4) == version)
                return IsTaken(version, length, source, destination, out read);
        }

        return TryReadPinned(destination, out read);
    }

    /// <summary>
    /// Whether there is a value newer than a version, and from another source. Uses no pin, so that any thread may ask; true as well
    /// in the case that writers were too fast three times.
    /// </summary>
    public readonly bool HasNews(long sinceVersion, long ownSource)
    {
        for (int look = 0; look < ValidatedCopies; look++)
        {
            // V1 acquire: as above. Pairs with V18.
            long current = TMemory.LoadAcquire(_map.Current, Edge.V1);
            long version = StateWord.VersionOf(current);
            if (version <= sinceVersion)
                return false;
            StateBuffer buffer = _map.Buffer(Checked(current));
            long source = TMemory.Load(buffer.Source, Edge.V2);
            // V3: as above. Pairs with V15.
            TMemory.LoadFence(Edge.V3);
            if (TMemory.Load(buffer.Version, Edge.V4) == version)
                return source != ownSource;
        }

        return true;
    }

    /// <summary>The version and the source of the value, exactly; for who has to know and owns the row.</summary>
    public StateRead Look()
    {
        _ = TryRead(default, out StateRead read);
        return read;
    }

    /// <summary>Where the first copy was not whole, or there is nothing.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public bool TryReadAgain<T>(out T value, out StateRead read)
        where T : unmanaged
    {
        T copy = default;
        bool isWhole = TryRead(new Span<byte>(&copy, sizeof(T)), out read);
        value = copy;
        if (read.Version != 0 && read.LengthBytes != sizeof(T))
            ThrowHelper.CorruptState("length", read.LengthBytes, $"{sizeof(T)}, as of all its values");
        return isWhole;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal bool TryReadPinned(Span<byte> destination, out StateRead read)
    {
        int index = Pin(out long expectedVersion);
        StateBuffer buffer = _map.Buffer(Math.Min(index, _map.BufferCount - 1));
        long version = 0;
        long length = 0;
        long source = 0;
        bool isSound = index < _map.BufferCount;
        if (isSound && expectedVersion != 0)
        {
            version = TMemory.Load(buffer.Version, Edge.V4);
            length = version == 0 ? 0 : TMemory.Load(buffer.Length, Edge.V2);
            source = TMemory.Load(buffer.Source, Edge.V2);
            if (Fits(length, destination))
                TMemory.CopyOut(buffer.Payload, destination[..(int)length], Edge.V20);
            isSound = TMemory.Load(buffer.Version, Edge.V4) == version && (version == expectedVersion || expectedVersion == UnknownVersion);
        }

        // V8 release: the copy before the buffer is given up. Pairs with V13.
        TMemory.StoreRelease(_row.Pin, StateWord.Idle(_turn), Edge.V8);
        if (!isSound)
            ThrowHelper.CorruptState("pinned buffer", index, $"less than {_map.BufferCount}, and the version of the current word all the time");
        read = default;
        return version != 0 && IsTaken(version, length, source, destination, out read);
    }

    /// <summary>
    /// Keeps the current buffer, or the one that a writer has chosen for us, from being written. Returns its index, unchecked. Which
    /// version a writer has chosen is not known here.
    /// </summary>
    private int Pin(out long version)
    {
        _turn++;
        long choosing = StateWord.Choosing(_turn);
        // V5 release: who helps us is to choose nothing older than we have seen. Pairs with V13.
        TMemory.StoreRelease(_row.Pin, choosing, Edge.V5);
        // V6 fence: Choosing before the load. Pairs with V12.
        TMemory.Fence(Edge.V6);
        // V1 acquire: as above. Pairs with V18.
        long current = TMemory.LoadAcquire(_map.Current, Edge.V1);
        int index = StateWord.BufferOf(current);
        // V7: unless a writer has settled it. Pairs with V13.
        long found = TMemory.CompareExchange(_row.Pin, StateWord.Pinned(_turn, index), choosing, Edge.V7);
        bool isOurs = found == choosing;
        version = isOurs ? StateWord.VersionOf(current) : UnknownVersion;
        return isOurs ? index : StateWord.PinnedBufferOf(found);
    }

    /// <summary>Whether a length, as it stands in a buffer, can be copied: anything may stand there.</summary>
    private readonly bool Fits(long length, Span<byte> destination) =>
        (ulong)length <= (ulong)Math.Min(destination.Length, _map.MaxValueBytes);

    private readonly bool IsTaken(long version, long length, long source, Span<byte> destination, out StateRead read)
    {
        if ((ulong)length > (ulong)_map.MaxValueBytes)
            ThrowHelper.CorruptState("length", length, $"at most {_map.MaxValueBytes}");
        read = new StateRead(version, (int)length, source);
        return length <= destination.Length;
    }

    private readonly int Checked(long current)
    {
        int index = StateWord.BufferOf(current);
        if ((uint)index >= (uint)_map.BufferCount)
            ThrowHelper.CorruptState("current word", current, $"a buffer below {_map.BufferCount}");
        return index;
    }
}
