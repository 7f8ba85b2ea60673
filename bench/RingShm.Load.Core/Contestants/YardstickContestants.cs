namespace RingShm.Load;

/// <summary>The yardstick as a contestant: the baseline of every throughput ratio, and against itself the control.</summary>
internal sealed unsafe class YardstickThroughput(Scene scene) : IContestant
{
    private readonly YardstickRing _ring = new(scene, "-y");

    public void Lead(in Burst burst)
    {
        if (scene.Yardstick is { } native)
            native.Produce(_ring.Side, scene.Payload, burst);
        else
            ManagedYardstick.Produce(_ring.Side, scene.Payload, burst);
    }

    public Receipt Follow(in Burst burst) => scene.Yardstick is { } native
        ? native.Consume(_ring.Side, scene.Payload, burst)
        : ManagedYardstick.Consume(_ring.Side, scene.Payload, burst);

    public void Dispose() => _ring.Dispose();
}

/// <summary>Round trips over two yardstick rings.</summary>
internal sealed unsafe class YardstickRoundTrip(Scene scene) : RoundTrip(scene)
{
    private readonly YardstickRing _there = new(scene, "-t");
    private readonly YardstickRing _back = new(scene, "-b");

    public override Receipt Follow(in Burst burst) => Scene.Yardstick is { } native
        ? native.Answer(_there.Side, _back.Side, Scene.Payload, burst)
        : ManagedYardstick.Answer(_there.Side, _back.Side, Scene.Payload, burst);

    public override void Dispose()
    {
        _there.Dispose();
        _back.Dispose();
    }

    protected override Receipt Ask(in Burst burst, long[] stamps) => Scene.Yardstick is { } native
        ? native.Ask(_there.Side, _back.Side, Scene.Payload, burst, stamps)
        : ManagedYardstick.Ask(_there.Side, _back.Side, Scene.Payload, burst, stamps);
}
