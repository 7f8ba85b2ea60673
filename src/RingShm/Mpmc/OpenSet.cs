namespace RingShm.Mpmc;

/// <summary>
/// The claims or leases that a handle has open besides the newest: a handful, searched from the newest. Grows when a program
/// opens more at once than it ever did before; otherwise nothing here allocates.
/// </summary>
internal struct OpenSet
{
    private const int UsualCount = 8;

    private OpenSlot[] _slots;

    public int Count { get; private set; }

    public void Add(in OpenSlot slot)
    {
        _slots ??= new OpenSlot[UsualCount];
        if (Count == _slots.Length)
            Array.Resize(ref _slots, Count * 2);
        _slots[Count++] = slot;
    }

    public readonly OpenSlot Find(long position)
    {
        for (int i = Count - 1; i >= 0; i--)
        {
            if (_slots[i].Position == position)
                return _slots[i];
        }

        return OpenSlot.None;
    }

    /// <summary>Takes out the one at this position. False when there is none.</summary>
    public bool TryRemove(long position, out OpenSlot slot)
    {
        for (int i = Count - 1; i >= 0; i--)
        {
            if (_slots[i].Position != position)
                continue;
            slot = _slots[i];
            Count--;
            _slots[i] = _slots[Count];
            return true;
        }

        slot = default;
        return false;
    }
}

/// <summary>Granules that a handle holds: a claim or a lease.</summary>
/// <param name="Position">Its first granule.</param>
/// <param name="Granules">How many.</param>
/// <param name="Bytes">Of a claim: how many payload bytes were asked for.</param>
/// <param name="IsMarked">Its word names the handle's row.</param>
/// <param name="IsRedelivered">Another consumer may have had it before.</param>
internal readonly record struct OpenSlot(long Position, int Granules, int Bytes = 0, bool IsMarked = false, bool IsRedelivered = false)
{
    public static readonly OpenSlot None = new(-1, 0);

    public bool IsOpen => Position >= 0;

    public long End => Position + Granules;
}
