namespace RingShm.State;

/// <summary>What a read found beside the value.</summary>
/// <param name="Version">The value's version; 0 when nothing was written yet.</param>
/// <param name="LengthBytes">Its length.</param>
/// <param name="Source">The cell object that wrote it.</param>
internal readonly record struct StateRead(long Version, int LengthBytes, long Source);
