namespace RingShm.Load;

/// <summary>What every round trip shares: the stamps, and the check of what came back.</summary>
internal abstract class RoundTrip(Scene scene) : IRoundTrip
{
    private long[] _stamps = [];
    private int _stampCount;

    public ReadOnlySpan<long> Stamps => _stamps.AsSpan(0, _stampCount);

    protected Scene Scene { get; } = scene;

    public void Lead(in Burst burst)
    {
        _stampCount = (int)(burst.Count / Clock.RoundTripsPerStamp);
        if (_stamps.Length <= _stampCount)
            _stamps = GC.AllocateArray<long>(_stampCount * 2, pinned: true);
        Receipt receipt = Ask(burst, _stamps);
        // Each stamp becomes the duration until the next one, per round trip and without what reading the clock costs.
        for (int i = 0; i < _stampCount; i++)
            _stamps[i] = (_stamps[i + 1] - _stamps[i] - Clock.ReadingCost) / Clock.RoundTripsPerStamp;
        Check(receipt, burst);
    }

    public abstract Receipt Follow(in Burst burst);

    public abstract void Dispose();

    protected abstract Receipt Ask(in Burst burst, long[] stamps);

    protected virtual void Check(in Receipt receipt, in Burst burst)
    {
        Receipt expected = Scene.Payload.Expected(burst.First, burst.Count);
        if (receipt != expected)
            throw new InvalidDataException($"The echoes of {Scene.Name} are {receipt}; expected {expected}.");
    }
}
