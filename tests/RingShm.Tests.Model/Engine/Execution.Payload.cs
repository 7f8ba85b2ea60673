using RingShm.Memory;

namespace RingShm.Tests.Model.Engine;

/// <content>
/// Plain accesses: not atomic, judged by happens-before, per 8-byte word. A state cell's payload is copied while others may write it,
/// and the copy is judged afterwards; there each word is a relaxed access of its own, so that a copy may be torn in every way.
/// </content>
internal sealed unsafe partial class Execution
{
    public void CopyIn(ModelThread thread, byte* destination, ReadOnlySpan<byte> source, Edge edge)
    {
        if (source.IsEmpty)
            return;
        if (IsDelayed(thread, edge))
        {
            thread.Delayed.Add(
                new DelayedStore((nint)destination, 0, source.ToArray(), false, edge, Mutation.DelayedUntil!.Value));
            return;
        }

        if (IsValidated(edge))
        {
            CopyInRelaxed(thread, destination, source, edge);
            return;
        }

        thread.PendingCopy = (nint)destination;
        thread.PendingCopyBytes = source.Length;
        SwitchPoint(thread, isPrivate: true);
        thread.PendingCopy = 0;
        int step = thread.Tick();
        thread.Remember((ulong)edge + 2000);
        for (int offset = 0; offset < source.Length; offset += sizeof(long))
        {
            Location location = At((long*)(destination + offset));
            long word = location.Stores[location.Latest].Value;
            ReadOnlySpan<byte> part = source.Slice(offset, Math.Min(sizeof(long), source.Length - offset));
            part.CopyTo(new Span<byte>(&word, sizeof(long)));
            PlainWrite(thread, location, word, step, edge);
        }

        if (Trace != null)
            Log(thread, $"{edge,-4} copy in {NameOf(At((long*)destination))}, {source.Length} bytes");
        FlushDelayed(thread, edge);
    }

    public void CopyOut(ModelThread thread, byte* source, Span<byte> destination, Edge edge)
    {
        if (destination.IsEmpty)
            return;
        if (IsValidated(edge))
        {
            CopyOutRelaxed(thread, source, destination, edge);
            return;
        }

        SwitchPoint(thread, isPrivate: true);
        int step = thread.Tick();
        for (int offset = 0; offset < destination.Length; offset += sizeof(long))
        {
            Location location = At((long*)(source + offset));
            CheckOrdered(thread, location, location.PlainWrites, edge, "a plain read races with a plain write");
            CheckOrdered(thread, location, location.AtomicStores, edge, "a plain read races with an atomic store");
            StoreEvent store = location.Stores[location.Latest];
            location.Saw(thread.Index, step, location.Latest);
            location.PlainReads = location.PlainReads.With(thread.Index, step);
            thread.Remember(store.Id);
            long word = store.Value;
            new ReadOnlySpan<byte>(&word, Math.Min(sizeof(long), destination.Length - offset)).CopyTo(destination[offset..]);
        }

        if (Trace != null)
            Log(thread, $"{edge,-4} copy out {NameOf(At((long*)source))}, {destination.Length} bytes");
    }

    /// <summary>Broadcast payloads are judged after the copy as well, where writers do not wait for readers.</summary>
    public bool JudgesCopies { get; set; }

    private bool IsValidated(Edge edge) => edge is Edge.V2 or Edge.V16 || (JudgesCopies && edge is (Edge.M5 or Edge.B9));

    private void CopyInRelaxed(ModelThread thread, byte* destination, ReadOnlySpan<byte> source, Edge edge)
    {
        for (int offset = 0; offset < source.Length; offset += sizeof(long))
        {
            long word = 0;
            ReadOnlySpan<byte> part = source.Slice(offset, Math.Min(sizeof(long), source.Length - offset));
            part.CopyTo(new Span<byte>(&word, sizeof(long)));
            Store(thread, (long*)(destination + offset), word, edge, release: false);
        }
    }

    /// <summary>One step for others: which words are old and which are new is chosen word by word all the same.</summary>
    private void CopyOutRelaxed(ModelThread thread, byte* source, Span<byte> destination, Edge edge)
    {
        SwitchPoint(thread);
        int step = thread.Tick();
        for (int offset = 0; offset < destination.Length; offset += sizeof(long))
        {
            (StoreEvent store, _) = Choose(thread, At((long*)(source + offset)), step, edge);
            thread.PendingAcquire = thread.PendingAcquire.Join(store.Released);
            long word = store.Value;
            new ReadOnlySpan<byte>(&word, Math.Min(sizeof(long), destination.Length - offset)).CopyTo(destination[offset..]);
        }

        if (Trace != null)
            Log(thread, $"{edge,-4} copy out {NameOf(At((long*)source))}, {destination.Length} bytes: {Convert.ToHexString(destination)}");
    }

    private void PlainWrite(ModelThread thread, Location location, long value, int step, Edge edge)
    {
        CheckOrdered(thread, location, location.PlainWrites, edge, "a plain write races with a plain write");
        CheckOrdered(thread, location, location.PlainReads, edge, "a plain write races with a plain read");
        CheckOrdered(thread, location, location.AtomicStores, edge, "a plain write races with an atomic store");
        CheckOrdered(thread, location, location.AtomicLoads, edge, "a plain write races with an atomic load");
        Append(thread, location, value, default);
        location.PlainWrites = location.PlainWrites.With(thread.Index, step);
    }

    /// <summary>A participant that dies while it copies leaves the first half, as good as any other part.</summary>
    private void LeaveHalfACopy(ModelThread victim)
    {
        if (victim.PendingCopy == 0)
            return;
        int step = victim.Tick();
        int words = (victim.PendingCopyBytes + sizeof(long) - 1) / sizeof(long) / 2;
        for (int i = 0; i < words; i++)
            PlainWrite(victim, At((long*)victim.PendingCopy + i), unchecked((long)0xDDDD_DDDD_DDDD_DDDD), step, Edge.S2);
        victim.PendingCopy = 0;
    }
}
