namespace RingShm.Memory;

/// <summary>
/// The one seam through which protocol code touches shared memory. Protocols are generic over a struct that implements it:
/// with <see cref="DirectMemory"/> the JIT inlines every member to the bare instruction; the model checker's implementation
/// turns every member into a scheduling point, a kill point and an entry in a weak-memory history. What is proved is what ships.
/// </summary>
/// <remarks>
/// Words are 64-bit and naturally aligned. Every call names its <see cref="Edge"/>, which docs/MEMORY_ORDER.md lists with
/// its partner and what it protects; production code ignores the argument, the model checker reports by it and mutates by it.
/// </remarks>
internal unsafe interface IMemory
{
    /// <summary>Reads a word with no ordering. Enough where the reader is the word's only writer, or where stale is fine.</summary>
    static abstract long Load(long* location, Edge edge);

    /// <summary>Reads a word; no later access of this thread moves before it.</summary>
    static abstract long LoadAcquire(long* location, Edge edge);

    /// <summary>Writes a word with no ordering.</summary>
    static abstract void Store(long* location, long value, Edge edge);

    /// <summary>Writes a word; no earlier access of this thread moves after it.</summary>
    static abstract void StoreRelease(long* location, long value, Edge edge);

    /// <summary>Compare-and-swap, sequentially consistent. Returns the value found.</summary>
    static abstract long CompareExchange(long* location, long value, long comparand, Edge edge);

    /// <summary>A full fence, the only one that orders a store before a later load.</summary>
    static abstract void Fence(Edge edge);

    /// <summary>No later access of this thread moves before an earlier load of it: what was copied was copied before what follows.</summary>
    static abstract void LoadFence(Edge edge);

    /// <summary>No later store of this thread moves before an earlier store of it.</summary>
    static abstract void StoreFence(Edge edge);

    /// <summary>Copies payload into the region. Not atomic: the protocol must keep every other party away.</summary>
    static abstract void CopyIn(byte* destination, ReadOnlySpan<byte> source, Edge edge);

    /// <summary>Copies payload out of the region. Not atomic.</summary>
    static abstract void CopyOut(byte* source, Span<byte> destination, Edge edge);

    /// <summary>Writes one payload value. Not atomic, whatever its size.</summary>
    static abstract void Write<T>(byte* destination, in T value, Edge edge) where T : unmanaged;

    /// <summary>Reads one payload value. Not atomic, whatever its size.</summary>
    static abstract T Read<T>(byte* source, Edge edge) where T : unmanaged;

    /// <summary>Reads one payload value into the caller's variable, which is then its only copy. Not atomic.</summary>
    static abstract void Read<T>(byte* source, out T value, Edge edge) where T : unmanaged;
}
