using RingShm.Broadcast;
using RingShm.Layout;
using RingShm.Mapping;
using RingShm.Mpmc;
using RingShm.Spsc;
using RingShm.State;

namespace RingShm;

/// <summary>Tools for regions of any kind. None of them attaches; inspecting and verifying map read-only pages.</summary>
public static unsafe class Ring
{
    /// <summary>
    /// The names of the regions that exist now and that this account may look at: on Linux the files of the region folder, on
    /// Windows the sections of this logon session. Regions named by a path are not listed.
    /// </summary>
    /// <exception cref="RingException">The folder cannot be read.</exception>
    public static IReadOnlyList<string> List() => RegionDirectory.List();

    /// <summary>
    /// Removes a region's name. Processes that have it open keep using it, undisturbed and cut off from later ones; its memory
    /// is freed when the last of them lets go. Windows' named sections cannot be removed: they go with their last user.
    /// </summary>
    /// <exception cref="RingNotFoundException">There is none.</exception>
    /// <exception cref="RingCorruptException">The file is no region; it is left as it is.</exception>
    /// <exception cref="RingAccessDeniedException">The operating system refuses.</exception>
    public static void Remove(RegionName name) => RegionDirectory.Remove(name);

    /// <summary>A snapshot of a region's state.</summary>
    /// <exception cref="RingNotFoundException">There is none.</exception>
    /// <exception cref="RingCorruptException">It is no region, or a damaged one.</exception>
    /// <exception cref="RingMismatchException">It is of a version or kind that this library does not know.</exception>
    /// <exception cref="RingAccessDeniedException">The operating system refuses.</exception>
    public static RingInfo Inspect(RegionName name) => With(name, RingAccess.ReadOnly, static region => region.Header.Geometry.Kind switch
    {
        RingKind.Mpmc => MpmcInfo.Read(region, new MpmcMap(region.Base, region.Header.Geometry)),
        RingKind.Broadcast => BroadcastInfo.Read(region, new BroadcastMap(region.Base, region.Header.Geometry)),
        RingKind.State => StateInfo.Read(region, new StateMap(region.Base, region.Header.Geometry)),
        _ => SpscInfo.Read(region, new SpscMap(region.Base, region.Header.Geometry)),
    });

    /// <summary>
    /// Checks every invariant that a reader can check: the header, the positions, every record between them, the rows. Meant for
    /// a ring at rest; in a ring that moves, what moves while it is looked at is not judged.
    /// </summary>
    /// <inheritdoc cref="Inspect"/>
    public static RingVerification Verify(RegionName name) => With(name, RingAccess.ReadOnly, static region => region.Header.Geometry.Kind switch
    {
        RingKind.Mpmc => MpmcVerifier.Verify(region, new MpmcMap(region.Base, region.Header.Geometry)),
        RingKind.Broadcast => BroadcastVerifier.Verify(region, new BroadcastMap(region.Base, region.Header.Geometry)),
        RingKind.State => StateVerifier.Verify(region, new StateMap(region.Base, region.Header.Geometry)),
        _ => SpscVerifier.Verify(region, new SpscMap(region.Base, region.Header.Geometry)),
    });

    /// <summary>
    /// Does for all dead participants at once what survivors do when they meet what one of them held: gives up their claims,
    /// returns (or drops) the messages that they had taken, and frees their rows. Of an SPSC ring there is nothing to mend: the
    /// successor takes over by itself. Takes nothing from anybody of whom the kernel does not say that it is gone. Does not wait.
    /// </summary>
    /// <inheritdoc cref="Inspect"/>
    public static RingRecovery Recover(RegionName name) => With(name, RingAccess.ReadWrite, static region => region.Header.Geometry.Kind switch
    {
        RingKind.Mpmc => MpmcRows.RecoverAndWake(region, new MpmcMap(region.Base, region.Header.Geometry)),
        RingKind.Broadcast => BroadcastRows.RecoverAndWake(region, new BroadcastMap(region.Base, region.Header.Geometry)),
        RingKind.State => StateRows.Recover(region, new StateMap(region.Base, region.Header.Geometry)),
        _ => new RingRecovery(region.DisplayName, 0, 0, 0, 0, 0),
    });

    private static TResult With<TResult>(RegionName name, RingAccess access, Func<RingRegion, TResult> action)
    {
        RingRegion region = new(new RegionRequest(
            name, RegionMode.Open, new RingOptions { Access = access, PrefaultPages = false }, RingKind.None, 0));
        try
        {
            return action(region);
        }
        finally
        {
            region.ReleaseReference();
        }
    }
}

/// <summary>What <see cref="Ring.Recover"/> found and mended.</summary>
/// <param name="Name">The region's name or path.</param>
/// <param name="RowsSwept">Dead participants of whom nothing is left.</param>
/// <param name="RowsWaiting">
/// Dead participants of whom something is left that a live one may own: it tried for the same message and was stopped before it
/// knew whether it had it; or whom another participant is just clearing away. Try again when that one runs.
/// </param>
/// <param name="ClaimsRecovered">Claims given up in place of the dead: granules where the length of a claim is not known.</param>
/// <param name="LeasesRecovered">Messages returned: they will be delivered again, flagged.</param>
/// <param name="MessagesDropped">Messages dropped, in a ring that was made to do so.</param>
public sealed record RingRecovery(
    string Name, int RowsSwept, int RowsWaiting, long ClaimsRecovered, long LeasesRecovered, long MessagesDropped);

/// <summary>What <see cref="Ring.Verify"/> found.</summary>
/// <param name="Name">The region's name or path.</param>
/// <param name="MessagesInRing">Published messages that were not handed back yet.</param>
/// <param name="Problems">One line for each broken invariant; empty when all hold.</param>
public sealed record RingVerification(string Name, long MessagesInRing, IReadOnlyList<string> Problems)
{
    /// <summary>True when no invariant is broken.</summary>
    public bool IsClean => Problems.Count == 0;
}
