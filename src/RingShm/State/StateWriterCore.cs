using System.Runtime.CompilerServices;
using RingShm.Layout;
using RingShm.Memory;

namespace RingShm.State;

/// <summary>
/// How a value becomes the latest. Writers do not wait for each other: each fills a buffer of its own and publishes it by one
/// compare-and-swap (docs/adr/0010, which has the proof).
/// </summary>
/// <remarks>
/// <code>
///  claim a buffer         owner word: free -> own row            (V9)
///                         current? pinned? give it back, next    (V1, V12, V13; who is choosing gets the current one: V6, V1, V7)
///  fill it                version 0, store fence, value          (V14, V15, V16)
///  publish                its version; current word              (V17, V18), again if another was faster
///  give up the claim      owner word: free                       (V10)
/// </code>
/// </remarks>
internal unsafe struct StateWriterCore<TMemory>
    where TMemory : struct, IMemory
{
    /// <summary>Buffers that a writer uses in turn, if nobody else has them: enough for a slow copy to stay whole, few enough for the cache.</summary>
    private const int Turns = 4;

    /// <summary>Looks at all buffers without finding one, while nobody publishes: more than honest participants can cause.</summary>
    private const int MostPasses = 8;

    private const long AnyVersion = -1;

    private readonly StateMap _map;
    private readonly StateRow _row;
    private readonly long _source;
    private int _turn;

    public StateWriterCore(in StateMap map, in StateRow row, long source)
    {
        _map = map;
        _row = row;
        _source = source;
    }

    /// <summary>Makes the value the latest. Returns its version.</summary>
    public long Write(ReadOnlySpan<byte> value)
    {
        int index = Claim();
        Begin(index, value.Length);
        if (!value.IsEmpty)
            TMemory.CopyIn(_map.Buffer(index).Payload, value, Edge.V16);
        _ = TryPublish(index, AnyVersion, out long version);
        return version;
    }

    /// <summary>The same for a value of the cell's one length.</summary>
    public long Write<T>(in T value)
        where T : unmanaged
    {
        int index = Claim();
        Begin(index, sizeof(T));
        TMemory.Write(_map.Buffer(index).Payload, value, Edge.V16);
        _ = TryPublish(index, AnyVersion, out long version);
        return version;
    }

    /// <summary>Makes the value the latest unless another version than the expected one is. Tells the version that is.</summary>
    public bool TryUpdate(long expectedVersion, ReadOnlySpan<byte> value, out long version)
    {
        if (!IsCurrent(expectedVersion, out version))
            return false;
        int index = Claim();
        Begin(index, value.Length);
        if (!value.IsEmpty)
            TMemory.CopyIn(_map.Buffer(index).Payload, value, Edge.V16);
        return TryPublish(index, expectedVersion, out version);
    }

    /// <summary>The same for a value of the cell's one length.</summary>
    public bool TryUpdate<T>(long expectedVersion, in T value, out long version)
        where T : unmanaged
    {
        if (!IsCurrent(expectedVersion, out version))
            return false;
        int index = Claim();
        Begin(index, sizeof(T));
        TMemory.Write(_map.Buffer(index).Payload, value, Edge.V16);
        return TryPublish(index, expectedVersion, out version);
    }

    private readonly bool IsCurrent(long expectedVersion, out long version)
    {
        // V1 acquire: as for reading. Pairs with V18.
        version = StateWord.VersionOf(TMemory.LoadAcquire(_map.Current, Edge.V1));
        return version == expectedVersion;
    }

    /// <summary>
    /// A buffer that is ours alone: not current, and kept by no reader. Each turn that finds none means that others have published;
    /// at any moment two buffers at least are left for us.
    /// </summary>
    private int Claim()
    {
        _turn = (_turn + 1) % Turns;
        int first = (_row.Index + _turn) % _map.BufferCount;
        // V1 acquire: only to skip what would be given back, and to see whether others get on. Pairs with V18.
        long current = TMemory.LoadAcquire(_map.Current, Edge.V1);
        for (int pass = 0; pass < MostPasses;)
        {
            for (int i = 0; i < _map.BufferCount; i++)
            {
                int index = first + i;
                if (index >= _map.BufferCount)
                    index -= _map.BufferCount;
                if (index != StateWord.BufferOf(current) && TryClaim(index))
                    return index;
            }

            // V1 acquire: as above. Pairs with V18.
            long now = TMemory.LoadAcquire(_map.Current, Edge.V1);
            pass = now == current ? pass + 1 : 0;
            current = now;
        }

        ThrowHelper.CorruptState("table of owners", _map.BufferCount, "a buffer that nobody uses");
        return -1;
    }

    private readonly bool TryClaim(int index)
    {
        long* owner = _map.OwnerOf(index);
        // V9: a plain look first, because most that fail fail here; then the claim. Pairs with V10.
        if (TMemory.Load(owner, Edge.V9) != 0 || TMemory.CompareExchange(owner, _row.Index + 1, 0, Edge.V9) != 0)
            return false;
        // V1 acquire: who published this buffer gave it back after that (V10), so we see that publication or a newer one.
        bool isOurs = StateWord.BufferOf(TMemory.LoadAcquire(_map.Current, Edge.V1)) != index && !IsPinned(index);
        if (!isOurs)
            GiveBack(index);
        return isOurs;
    }

    /// <summary>Whether a reader keeps the buffer. Readers that are choosing get the current one: after this, none can come to have ours.</summary>
    private readonly bool IsPinned(int index)
    {
        // V12 fence: the load of the current word before the pins. Pairs with V6.
        TMemory.Fence(Edge.V12);
        for (int row = 0; row < _map.RowCount; row++)
        {
            long* word = _map.Row(row).Pin;
            // V13 acquire: an idle reader's copy is over. Pairs with V5, V7, V8.
            long pin = TMemory.LoadAcquire(word, Edge.V13);
            if (StateWord.StateOf(pin) == PinState.Idle)
                continue;
            if (StateWord.StateOf(pin) == PinState.Choosing)
                pin = Help(word, pin);
            if (StateWord.StateOf(pin) == PinState.Pinned && StateWord.PinnedBufferOf(pin) == index)
                return true;
        }

        return false;
    }

    /// <summary>Pins the current buffer for a reader that is choosing. Returns its pin.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly long Help(long* word, long choosing)
    {
        // V6 fence: Choosing seen before the load. Pairs with V12.
        TMemory.Fence(Edge.V6);
        // V1 acquire: as for reading. Pairs with V18.
        long pinned = StateWord.Pinned(StateWord.TurnOf(choosing), StateWord.BufferOf(TMemory.LoadAcquire(_map.Current, Edge.V1)));
        // V7: if it is still choosing, this very turn. Pairs with V13.
        long found = TMemory.CompareExchange(word, pinned, choosing, Edge.V7);
        return found == choosing ? pinned : found;
    }

    /// <summary>Takes the old value's version from the buffer, so that no copy of the old one passes that has a byte of the new one.</summary>
    private readonly void Begin(int index, int lengthBytes)
    {
        StateBuffer buffer = _map.Buffer(index);
        TMemory.Store(buffer.Version, 0, Edge.V14);
        // V15: before anything of the value. Pairs with V3.
        TMemory.StoreFence(Edge.V15);
        TMemory.Store(buffer.Length, lengthBytes, Edge.V16);
        TMemory.Store(buffer.Source, _source, Edge.V16);
    }

    private readonly bool TryPublish(int index, long expectedVersion, out long version)
    {
        long* bufferVersion = _map.Buffer(index).Version;
        // V1 acquire: as for reading. Pairs with V18.
        long current = TMemory.LoadAcquire(_map.Current, Edge.V1);
        while (true)
        {
            version = StateWord.VersionOf(current);
            bool isLast = version == StateWord.MaxVersion;
            if (isLast || (expectedVersion != AnyVersion && version != expectedVersion))
            {
                GiveBack(index);
                if (isLast)
                    ThrowHelper.CorruptState("version", version, "one that can be followed");
                return false;
            }

            TMemory.Store(bufferVersion, version + 1, Edge.V17);
            // V18: all of the buffer before the word that names it; each turn that fails means that another has published. Pairs with V1.
            long found = TMemory.CompareExchange(_map.Current, StateWord.Current(version + 1, index), current, Edge.V18);
            if (found == current)
                break;
            current = found;
        }

        version++;
        GiveBack(index);
        return true;
    }

    // V10 release: the publication, or nothing, before others may claim it. Pairs with V9.
    private readonly void GiveBack(int index) => TMemory.StoreRelease(_map.OwnerOf(index), 0, Edge.V10);
}
