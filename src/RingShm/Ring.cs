using RingShm.Layout;
using RingShm.Mapping;
using RingShm.Spsc;

namespace RingShm;

/// <summary>Tools for regions of any kind. None of them attaches; inspecting and verifying map read-only pages.</summary>
public static class Ring
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
    public static RingInfo Inspect(RegionName name) => ReadOnly(name, static (region, map) => SpscInfo.Read(region, map));

    /// <summary>
    /// Checks every invariant that a reader can check: the header, the positions, every record between them, the rows. Meant for
    /// a ring at rest; in a ring that moves, what moves while it is looked at is not judged.
    /// </summary>
    /// <inheritdoc cref="Inspect"/>
    public static RingVerification Verify(RegionName name) =>
        ReadOnly(name, static (region, map) => SpscVerifier.Verify(region, map));

    private static unsafe TResult ReadOnly<TResult>(RegionName name, Func<RingRegion, SpscMap, TResult> action)
    {
        RingRegion region = new(new RegionRequest(
            name, RegionMode.Open, new RingOptions { Access = RingAccess.ReadOnly, PrefaultPages = false }, RingKind.None, 0));
        try
        {
            return action(region, new SpscMap(region.Base, region.Header.Geometry));
        }
        finally
        {
            region.ReleaseReference();
        }
    }
}

/// <summary>What <see cref="Ring.Verify"/> found.</summary>
/// <param name="Name">The region's name or path.</param>
/// <param name="MessagesInRing">Published messages that were not handed back yet.</param>
/// <param name="Problems">One line for each broken invariant; empty when all hold.</param>
public sealed record RingVerification(string Name, long MessagesInRing, IReadOnlyList<string> Problems)
{
    /// <summary>True when no invariant is broken.</summary>
    public bool IsClean => Problems.Count == 0;
}
