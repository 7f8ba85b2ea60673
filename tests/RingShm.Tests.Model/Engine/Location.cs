namespace RingShm.Tests.Model.Engine;

/// <summary>One store in a word's modification order.</summary>
/// <param name="Value">The word's value after it.</param>
/// <param name="Released">What a load that acquires from this store learns; empty for a relaxed store.</param>
/// <param name="Id">Names the store in state hashes: the same store of the same history has the same id.</param>
internal readonly record struct StoreEvent(long Value, VectorClock Released, ulong Id);

/// <summary>
/// One 8-byte word: all its stores in modification order, and who accessed it how, for coherence and for data races.
/// </summary>
internal sealed class Location
{
    private const int OldReadsInARow = 3;

    private readonly List<(int Step, int Index)>[] _seen = NewSeen();
    private readonly int[] _oldReads = new int[VectorClock.MaxThreads];

    public int Word { get; private set; }

    public List<StoreEvent> Stores { get; } = new(16);

    public int Latest => Stores.Count - 1;

    /// <summary>The last step of each thread that did such an access here.</summary>
    public VectorClock AtomicLoads { get; set; }

    public VectorClock AtomicStores { get; set; }

    public VectorClock PlainReads { get; set; }

    public VectorClock PlainWrites { get; set; }

    /// <summary>Hash of the modification order.</summary>
    public ulong Chain { get; private set; }

    public ulong StateHash => Hashing.Mix((ulong)Word * 0x1_0000_01B3, Chain);

    public void Reset(int word, long initial)
    {
        Word = word;
        Stores.Clear();
        Stores.Add(new StoreEvent(initial, default, 1));
        AtomicLoads = AtomicStores = PlainReads = PlainWrites = default;
        Chain = 1;
        Array.Clear(_oldReads);
        foreach (List<(int, int)> seen in _seen)
            seen.Clear();
    }

    public void Append(StoreEvent store)
    {
        Stores.Add(store);
        Chain = Hashing.Mix(Chain, store.Id);
    }

    /// <summary>Thread <paramref name="thread"/> read or wrote the store at this index in its step.</summary>
    public void Saw(int thread, int step, int index)
    {
        List<(int Step, int Index)> seen = _seen[thread];
        int before = seen.Count > 0 ? seen[^1].Index : 0;
        seen.Add((step, Math.Max(index, before)));
        _oldReads[thread] = index < Latest && index == before ? _oldReads[thread] + 1 : 0;
    }

    /// <summary>
    /// True when the word has had another value since that store. Storing the same value again is no news to who waits: a poll that
    /// sees it does the same again.
    /// </summary>
    public bool HasChangedSince(int index)
    {
        for (int i = index + 1; i < Stores.Count; i++)
        {
            if (Stores[i].Value != Stores[index].Value)
                return true;
        }

        return false;
    }

    /// <summary>
    /// True when a thread has read the same old store so often in a row that its next load must move on: stores become visible
    /// at last, so no loop over an old value is endless.
    /// </summary>
    public bool IsImpatient(int thread) => _oldReads[thread] > OldReadsInARow;

    /// <summary>
    /// The oldest store that a thread may still read: no older than any store that it, or anyone before it in happens-before,
    /// has read or written here (the four coherence rules at once).
    /// </summary>
    public int Floor(VectorClock clock)
    {
        int floor = 0;
        for (int thread = 0; thread < VectorClock.MaxThreads; thread++)
        {
            List<(int Step, int Index)> seen = _seen[thread];
            int known = clock[thread];
            for (int i = seen.Count - 1; i >= 0; i--)
            {
                if (seen[i].Step <= known)
                {
                    floor = Math.Max(floor, seen[i].Index);
                    break;
                }
            }
        }

        return floor;
    }

    private static List<(int, int)>[] NewSeen()
    {
        List<(int, int)>[] seen = new List<(int, int)>[VectorClock.MaxThreads];
        for (int i = 0; i < seen.Length; i++)
            seen[i] = new List<(int, int)>(8);
        return seen;
    }
}
