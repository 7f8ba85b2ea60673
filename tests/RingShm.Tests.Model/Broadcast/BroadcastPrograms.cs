using RingShm.Tests.Model.Engine;
using static RingShm.ParticipantRole;

namespace RingShm.Tests.Model.Broadcast;

/// <summary>Broadcast rings of two slots: reliable, lossy and evicting; readers that come, leave and die; writers that die anywhere.</summary>
internal static class BroadcastPrograms
{
    private const int A = 2;
    private const int B = 3;
    private const int C = 4;
    private const int Reliable = 0;
    private const int Lossy = BroadcastWorld.LossyFlag;
    private const int Evicting = BroadcastWorld.EvictsFlag;

    public static IReadOnlyList<ModelProgram> WithoutDeaths { get; } =
    [
        .. BroadcastSmallPrograms.WithoutDeaths,
        Of("broadcast-laps", Reliable, 0, world =>
        {
            world.Add("writer", A, Producer, p => p.Write(3));
            world.Add("reader", B, Consumer, p => p.Read());
        }) with { Preemptions = 1 },
        Of("broadcast-two-readers", Reliable, 1, world =>
        {
            world.Add("writer", A, Producer, p => p.Write(2));
            world.Add("reader 1", B, Consumer, p => p.Read());
            world.Add("reader 2", C, Consumer, p => p.Read());
        }) with { IsSampled = true },
        Of("broadcast-two-writers", Reliable, 1, world =>
        {
            world.Add("writer 1", A, Producer, p => p.Write(1));
            world.Add("writer 2", B, Producer, p => p.Write(2));
            world.Add("reader", C, Consumer, p => p.Read());
        }) with { IsSampled = true },
        Of("broadcast-given-up", Reliable, 1, world =>
        {
            world.Add("writer", A, Producer, p =>
            {
                p.Abort();
                p.Write(2);
            });
            world.Add("reader", B, Consumer, p => p.Read());
        }) with { IsSampled = true },
        Of("broadcast-comer", Reliable, 2, world =>
        {
            world.Add("writer", A, Producer, p => p.Write(2));
            world.Add("comer", B, Consumer, p => p.Read(), comes: true);
        }) with { IsSampled = true },
        Of("broadcast-comer-beside-two", Reliable, 2, world =>
        {
            world.Add("writer 1", A, Producer, p => p.Write(1));
            world.Add("writer 2", B, Producer, p => p.Write(1));
            world.Add("comer", C, Consumer, p => p.Read(), comes: true);
        }) with { IsSampled = true },
        Of("broadcast-comer-newest", Reliable, 2, world =>
        {
            world.Add("writer", A, Producer, p => p.Write(2));
            world.Add("comer", B, Consumer, p => p.Read(), comes: true, start: ReaderStart.Newest);
        }) with { IsSampled = true },
        Of("broadcast-leaver", Reliable, 2, world =>
        {
            world.Add("writer", A, Producer, p => p.Write(2));
            world.Add("leaver", B, Consumer, p =>
            {
                p.Read(1);
                p.Leave();
            });
        }) with { IsSampled = true },
        Of("broadcast-lossy", Lossy, 0, world =>
        {
            world.Add("writer", A, Producer, p => p.Write(3));
            world.Add("reader", B, Consumer, p => p.Read());
        }) with { IsSampled = true },
        Of("broadcast-lossy-two-writers", Lossy, 2, world =>
        {
            world.Add("writer 1", A, Producer, p => p.Write(1));
            world.Add("writer 2", B, Producer, p => p.Write(1));
            world.Add("reader", C, Consumer, p => p.Read());
        }) with { IsSampled = true },
        Of("broadcast-lossy-given-up", Lossy, 1, world =>
        {
            world.Add("writer", A, Producer, p =>
            {
                p.Abort();
                p.Write(2);
            });
            world.Add("reader", B, Consumer, p => p.Read());
        }) with { IsSampled = true },
        Of("broadcast-lossy-newest", Lossy, 2, world =>
        {
            world.Add("writer", A, Producer, p => p.Write(2));
            world.Add("comer", B, Consumer, p => p.Read(), comes: true, start: ReaderStart.Newest, resume: ReaderResume.Newest);
        }) with { IsSampled = true },
        Of("broadcast-evicting", Evicting, 2, world =>
        {
            world.Add("writer", A, Producer, p => p.Write(2));
            world.Add("reader", B, Consumer, p => p.ReadOrBeEvicted());
        }) with { IsSampled = true },
        Of("broadcast-evicting-two-writers", Evicting, 2, world =>
        {
            world.Add("writer 1", A, Producer, p => p.Write(1));
            world.Add("writer 2", B, Producer, p => p.Write(1));
            world.Add("reader", C, Consumer, p => p.ReadOrBeEvicted());
        }) with { IsSampled = true },
    ];

    public static IReadOnlyList<ModelProgram> WithDeaths { get; } =
    [
        .. BroadcastSmallPrograms.WithDeaths,
        Of("broadcast-killed-reader", Reliable, 1, world =>
        {
            world.Add("reader", A, Consumer, p => p.Read(1), killable: true);
            world.Add("writer", B, Producer, p => p.Write(2));
        }) with { Kills = 1, IsSampled = true },
        Of("broadcast-killed-comer", Reliable, 2, world =>
        {
            world.Add("comer", A, Consumer, p =>
            {
                p.Read(1);
                p.Leave();
            }, killable: true, comes: true);
            world.Add("writer", B, Producer, p => p.Write(2));
        }) with { Kills = 1, IsSampled = true },
        Of("broadcast-killed-writer", Reliable, 0, world =>
        {
            world.Add("writer", A, Producer, p => p.Write(2), killable: true);
            world.Add("reader", B, Consumer, p => p.Read());
        }) with { Kills = 1, IsSampled = true },
        Of("broadcast-killed-one-of-two-writers", Reliable, 1, world =>
        {
            world.Add("writer 1", A, Producer, p => p.Write(1), killable: true);
            world.Add("writer 2", B, Producer, p => p.Write(1));
            world.Add("reader", C, Consumer, p => p.Read());
        }) with { Kills = 1, IsSampled = true },
        Of("broadcast-killed-in-a-step", Lossy, 2, world =>
        {
            world.Add("writer 1", A, Producer, p => p.Write(1), killable: true);
            world.Add("writer 2", B, Producer, p => p.Write(1));
            world.Add("reader", C, Consumer, p => p.Read());
        }) with { Kills = 1, IsSampled = true },
        Of("broadcast-left-claims", Reliable, 0, world =>
        {
            world.Add("writer", A, Producer, p =>
            {
                p.Claim();
                p.Claim();
            }, killable: true);
            world.Add("reader", B, Consumer, p => p.Read());
        }) with { Kills = 1, IsSampled = true },
    ];

    /// <summary>A program on a ring of two slots, in which so many messages lie already.</summary>
    internal static ModelProgram Of(
        string name, int flags, int prefilled, Action<BroadcastWorld> setup) =>
        new(name, BroadcastWorld.Geometry(flags).TotalBytes, execution =>
        {
            BroadcastWorld world = new(execution, flags, prefilled, locks: true);
            setup(world);
            return world.Judge;
        });
}
