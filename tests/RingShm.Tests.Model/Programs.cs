using RingShm.Tests.Model.Broadcast;
using RingShm.Tests.Model.Engine;
using RingShm.Tests.Model.Mpmc;
using RingShm.Tests.Model.Region;
using RingShm.Tests.Model.Specimen;
using RingShm.Tests.Model.Spsc;
using RingShm.Tests.Model.State;
using RingShm.Tests.Model.Waiting;

namespace RingShm.Tests.Model;

/// <summary>Every program by name: what seeds refer to.</summary>
internal static class Programs
{
    public static IReadOnlyList<ModelProgram> All { get; } =
        [
            .. SpscPrograms.All, .. SpscDeathPrograms.All, .. RegionPrograms.All, .. DoorbellPrograms.All, .. RingBellPrograms.All, .. MpmcBellPrograms.All,
            .. MpmcPrograms.All, .. MpmcDeathPrograms.All, .. StatePrograms.WithoutDeaths, .. StatePrograms.WithDeaths,
            .. BroadcastPrograms.WithoutDeaths, .. BroadcastPrograms.WithDeaths,
            .. VyukovPrograms.All, VyukovPrograms.WithDeath,
            .. ClaimWordPrograms.All, .. ClaimWordPrograms.WithDeath,
        ];

    /// <summary>Those that run the library's own protocols; the others run specimens and prototypes.</summary>
    public static IReadOnlyList<ModelProgram> Shipped { get; } = [
        .. SpscPrograms.All, .. SpscDeathPrograms.All, .. RegionPrograms.All, .. DoorbellPrograms.All, .. RingBellPrograms.All, .. MpmcBellPrograms.All,
        .. MpmcPrograms.All, .. MpmcDeathPrograms.All, .. StatePrograms.WithoutDeaths, .. StatePrograms.WithDeaths,
            .. BroadcastPrograms.WithoutDeaths, .. BroadcastPrograms.WithDeaths,
    ];

    private static IReadOnlyList<ModelProgram> Everything { get; } = [.. All, .. SpscDeathPrograms.Deep];

    public static ModelProgram ByName(string name) => Everything.Single(program => program.Name == name);
}
