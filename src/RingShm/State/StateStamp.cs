namespace RingShm;

/// <summary>What a state cell says of a value.</summary>
/// <param name="Version">
/// Counts the values that were written; the first is 1. 0 means that nothing was written yet. A version has one value, and a handle
/// never sees versions go back.
/// </param>
/// <param name="LengthBytes">The value's length, in bytes.</param>
/// <param name="IsOwn">True when a writer of the same cell object wrote it: the reader's own change, come back.</param>
public readonly record struct StateStamp(long Version, int LengthBytes, bool IsOwn);
