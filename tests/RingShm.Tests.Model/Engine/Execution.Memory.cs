using RingShm.Memory;

namespace RingShm.Tests.Model.Engine;

internal enum MemoryModel
{
    /// <summary>Release and acquire as in RC11 without load buffering: a load may return an old store.</summary>
    ReleaseAcquire,

    /// <summary>A load returns the latest store. Races on payload are still judged by happens-before.</summary>
    SequentiallyConsistent,
}

/// <content>What accesses mean: coherence, happens-before, data races.</content>
internal sealed unsafe partial class Execution
{
    /// <summary>Words behind the region that stand for what the kernel knows: row locks and who has died.</summary>
    private const int PseudoWords = 64;

    private readonly Location?[] _locations;
    private readonly List<int> _touched = [];
    private readonly Stack<Location> _pool = [];
    private readonly HashSet<int> _privateWords = [];
    private ulong _memoryHash;
    private VectorClock _fences;

    /// <summary>Hash of the fences in their order: what the next one will learn.</summary>
    private ulong _fenceHash;

    public long Load(ModelThread thread, long* address, Edge edge, bool acquire)
    {
        if (_isSettingUp)
            return *address;
        bool isPrivate = IsPrivate(address);
        SwitchPoint(thread, isPrivate);
        int step = thread.Tick();
        Location location = At(address);
        CheckOrdered(thread, location, location.PlainWrites, edge, "an atomic load races with a plain write");
        if (isPrivate)
            CheckOrdered(thread, location, location.AtomicStores, edge, "a private word is loaded and stored at once");
        if (Mutation.RepeatedLoads.Contains(edge) && Mutation.Strikes(thread) && thread.FirstPolled(location) is { } repeated)
        {
            thread.Remember(location.Stores[repeated].Id);
            Log(thread, $"{edge,-4} load {NameOf(location)}: left out by the mutation, the first answer counts");
            return location.Stores[repeated].Value;
        }

        (StoreEvent store, int index) = Choose(thread, location, step, edge);
        if (acquire && Mutation.WeakAcquires.Contains(edge) && Mutation.Strikes(thread))
            acquire = false;
        if (acquire)
            thread.Clock = thread.Clock.Join(store.Released);
        else
            thread.PendingAcquire = thread.PendingAcquire.Join(store.Released);
        thread.NotePoll(location, index);
        long value = store.Value;
        if (Mutation.ForcedLoad == edge && Mutation.Strikes(thread))
            value = (value & ~Mutation.ForcedMask) | (Mutation.ForcedValue & Mutation.ForcedMask);
        if (Trace != null)
        {
            Log(thread, $"{edge,-4} {(acquire ? "load-acquire" : "load")} {NameOf(location)} = 0x{value:X}"
                + (index < location.Latest ? $"   (old: {location.Latest - index} newer)" : ""));
        }

        return value;
    }

    /// <summary>Which of the stores that a load may return it does return.</summary>
    private (StoreEvent Store, int Index) Choose(ModelThread thread, Location location, int step, Edge edge)
    {
        int latest = location.Latest;
        int floor = MemoryModel == MemoryModel.SequentiallyConsistent || FreshLoads.Contains(edge) ? latest : location.Floor(thread.Clock);
        if (floor < latest && location.IsImpatient(thread.Index))
            floor++;
        int count = latest - floor + 1;
        int index = count > 1 ? latest - _chooser.Choose(count, count, ChoiceKind.Value) : latest;
        StoreEvent store = location.Stores[index];
        location.Saw(thread.Index, step, index);
        location.AtomicLoads = location.AtomicLoads.With(thread.Index, step);
        thread.Remember(store.Id);
        return (store, index);
    }

    public void Store(ModelThread thread, long* address, long value, Edge edge, bool release)
    {
        if (_isSettingUp)
        {
            *address = value;
            return;
        }

        if (IsDelayed(thread, edge))
        {
            thread.Delayed.Add(new DelayedStore((nint)address, value, null, release, edge, Mutation.DelayedUntil!.Value));
            return;
        }

        bool isPrivate = IsPrivate(address);
        SwitchPoint(thread, isPrivate);
        int step = thread.Tick();
        if ((Mutation.DroppedStores.Contains(edge) && Mutation.Strikes(thread))
            || (Mutation.KeepsLostIntervals && edge == Edge.M2 && release && value == Peek(address + 1)))
        {
            thread.Remember((ulong)edge + 3000);
            Log(thread, $"{edge,-4} (dropped by the mutation)");
            return;
        }

        Location location = At(address);
        CheckOrdered(thread, location, location.PlainWrites, edge, "an atomic store races with a plain write");
        CheckOrdered(thread, location, location.PlainReads, edge, "an atomic store races with a plain read");
        if (isPrivate)
        {
            CheckOrdered(thread, location, location.AtomicStores, edge, "a private word is stored twice at once");
            CheckOrdered(thread, location, location.AtomicLoads, edge, "a private word is stored and loaded at once");
        }

        if (release && Mutation.WeakReleases.Contains(edge) && Mutation.Strikes(thread))
            release = false;
        thread.Remember((ulong)edge + 1000);
        long before = location.Stores[location.Latest].Value;
        Append(thread, location, value, release ? thread.Clock : thread.FenceRelease);
        location.AtomicStores = location.AtomicStores.With(thread.Index, step);
        if (Trace != null)
            Log(thread, $"{edge,-4} {(release ? "store-release" : "store")} {NameOf(location)} = 0x{value:X}");
        thread.OnStore?.Invoke(new StoreNote(edge, (nint)address, before, value));
        FlushDelayed(thread, edge);
    }

    public long CompareExchange(ModelThread thread, long* address, long value, long comparand, Edge edge)
    {
        SwitchPoint(thread);
        int step = thread.Tick();
        if (edge == Edge.W3)
            value = MutateRing(thread, address, value, comparand);
        Location location = At(address);
        CheckOrdered(thread, location, location.PlainWrites, edge, "a compare-and-swap races with a plain write");
        CheckOrdered(thread, location, location.PlainReads, edge, "a compare-and-swap races with a plain read");
        StoreEvent found = location.Stores[location.Latest];
        location.Saw(thread.Index, step, location.Latest);
        thread.Clock = thread.Clock.Join(found.Released);
        thread.Remember(found.Id);
        bool swaps = found.Value == comparand;
        bool blind = Mutation.BlindSwaps.Contains(edge) && Mutation.Strikes(thread);
        if (Mutation.DroppedStores.Contains(edge) && Mutation.Strikes(thread))
        {
            Log(thread, $"{edge,-4} cas {NameOf(location)} (dropped by the mutation)");
            return comparand;
        }

        if (swaps || blind)
        {
            Append(thread, location, value, thread.Clock.Join(found.Released));
            location.AtomicStores = location.AtomicStores.With(thread.Index, step);
        }
        else
        {
            thread.NotePoll(location, location.Latest);
        }

        if (Trace != null)
            Log(thread, $"{edge,-4} cas {NameOf(location)} 0x{comparand:X} -> 0x{value:X}: {(swaps ? "done" : $"found 0x{found.Value:X}")}");
        if (swaps || blind)
            thread.OnStore?.Invoke(new StoreNote(edge, (nint)address, found.Value, value));
        FlushDelayed(thread, edge);
        return blind ? comparand : found.Value;
    }

    /// <summary>A full fence: acquires what relaxed loads saw, releases for later relaxed stores, and is totally ordered with the others.</summary>
    public void Fence(ModelThread thread, Edge edge)
    {
        if (_isSettingUp)
            return;
        SwitchPoint(thread);
        thread.Tick();
        if (Mutation.DroppedFences.Contains(edge))
        {
            thread.Remember((ulong)edge + 4000);
            return;
        }

        PassFence(thread);
        Log(thread, $"{edge,-4} fence");
    }

    /// <summary>What relaxed loads have seen is known to the later accesses of this thread.</summary>
    public void LoadFence(ModelThread thread, Edge edge)
    {
        SwitchPoint(thread, isPrivate: true);
        thread.Tick();
        thread.Remember((ulong)edge + 5000);
        if (Mutation.DroppedFences.Contains(edge))
            return;
        thread.Clock = thread.Clock.Join(thread.PendingAcquire);
        Log(thread, $"{edge,-4} load fence");
    }

    /// <summary>
    /// What was stored before is released by later relaxed stores. Modelled as a release fence: nothing here relies on its ordering
    /// earlier loads too, which the instruction does not.
    /// </summary>
    public void StoreFence(ModelThread thread, Edge edge)
    {
        SwitchPoint(thread, isPrivate: true);
        thread.Tick();
        thread.Remember((ulong)edge + 6000);
        if (Mutation.DroppedFences.Contains(edge))
            return;
        thread.FenceRelease = thread.Clock;
        Log(thread, $"{edge,-4} store fence");
    }

    /// <summary>
    /// Declares a word that only the owner of a role, or nobody, ever stores while others run. It is checked like payload: an
    /// access that is not ordered with a store fails the run.
    /// </summary>
    public void DeclarePrivate(long* address) => _privateWords.Add((int)(((byte*)address - _region) / sizeof(long)));

    /// <summary>The latest value of a word, for checks after the run.</summary>
    public long Peek(long* address)
    {
        Location location = At(address);
        return location.Stores[location.Latest].Value;
    }

    private void ResetMemory()
    {
        foreach (int word in _touched)
        {
            _pool.Push(_locations[word]!);
            _locations[word] = null;
        }

        _touched.Clear();
        JudgesCopies = false;
        _memoryHash = 0;
        _fences = default;
        _fenceHash = 0;
    }

    private bool IsPrivate(long* address) => _privateWords.Contains((int)(((byte*)address - _region) / sizeof(long)));

    private Location At(long* address)
    {
        long offset = (byte*)address - _region;
        if (offset < 0 || offset >= _regionBytes || offset % sizeof(long) != 0)
            throw new ViolationException($"An access at offset {offset} is outside of the region or not aligned.");
        return AtWord((int)(offset / sizeof(long)), *address);
    }

    private Location AtWord(int word, long initial)
    {
        if (_locations[word] is { } known)
            return known;
        Location location = _pool.Count > 0 ? _pool.Pop() : new Location();
        location.Reset(word, initial);
        _locations[word] = location;
        _touched.Add(word);
        return location;
    }

    private void Append(ModelThread thread, Location location, long value, VectorClock released)
    {
        // A word enters the state hash with its first store, so that merely looking at it leaves the state as it was.
        if (location.Stores.Count > 1)
            _memoryHash ^= location.StateHash;
        location.Append(new StoreEvent(value, released, Hashing.Mix(thread.History, (ulong)location.Word)));
        _memoryHash ^= location.StateHash;
        location.Saw(thread.Index, thread.Step, location.Latest);
    }

    private void CheckOrdered(ModelThread thread, Location location, VectorClock accesses, Edge edge, string what)
    {
        if (thread.Clock.Covers(accesses))
            return;
        ModelThread other = _threads[thread.Clock.FirstNotCovered(accesses)];
        throw new ViolationException(
            $"Data race at {NameOf(location)}: {what} ({thread.Name} at {edge}, {other.Name} in its step {accesses[other.Index]}).");
    }

    private bool IsDelayed(ModelThread thread, Edge edge) => Mutation.Delayed == edge && !thread.IsFlushing && Mutation.Strikes(thread);

    private void FlushDelayed(ModelThread thread, Edge edge)
    {
        if (thread.Delayed.Count == 0 || edge != Mutation.DelayedUntil)
            return;
        DelayedStore[] due = [.. thread.Delayed];
        if (Mutation.DelayedBackwards)
            Array.Reverse(due);
        thread.Delayed.Clear();
        foreach (DelayedStore store in due)
        {
            thread.IsFlushing = true;
            if (store.Payload != null)
                CopyIn(thread, (byte*)store.Address, store.Payload, store.Edge);
            else
                Store(thread, (long*)store.Address, store.Value, store.Edge, store.Release);
            thread.IsFlushing = false;
        }
    }

    private string NameOf(Location location) => location.Word * sizeof(long) < _regionBytes
        ? $"[0x{location.Word * sizeof(long):X4}]"
        : $"kernel[{location.Word - (_regionBytes / sizeof(long))}]";

    private void Log(ModelThread thread, string what) => Trace?.Add($"{Steps,5}  {thread.Name,-14} {what}");
}
