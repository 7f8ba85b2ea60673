using Microsoft.Win32.SafeHandles;
using RingShm.Interop;

namespace RingShm.Mapping;

/// <summary>Where names lead on this system: opening, listing and removing.</summary>
internal static class RegionDirectory
{
    private const string FolderVariable = "RINGSHM_DIR";
    private const string DefaultFolder = "/dev/shm";

    /// <summary>The folder of named regions on Linux.</summary>
    public static string Folder => Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder ? folder : DefaultFolder;

    /// <summary>Opens or makes a region, whatever kind of name it has.</summary>
    public static OpenedRegion Open(RegionRequest request)
    {
        if (request.Mode != RegionMode.Open && !request.IsWritable)
            throw new ArgumentException($"'{request.Name}' cannot be created read-only; open an existing region.");
        ArgumentOutOfRangeException.ThrowIfLessThan(request.Options.OpenTimeout, TimeSpan.Zero, nameof(RingOptions.OpenTimeout));
        if (request.Name.Value.Length == 0)
            throw new ArgumentException("An empty RegionName names nothing.");
        return OperatingSystem.IsWindows() && !request.Name.IsPath
            ? RegionSection.Open(request)
            : RegionFile.Open(request, PathOf(request.Name));
    }

    /// <summary>The names of the regions that are there now, in order.</summary>
    public static IReadOnlyList<string> List()
    {
        if (OperatingSystem.IsWindows())
            return SectionDirectory.List();
        List<string> names = [];
        try
        {
            foreach (string path in Directory.EnumerateFiles(Folder))
            {
                string name = Path.GetFileName(path);
                if (RegionName.IsValidName(name) && IsRegionFile(path))
                    names.Add(name);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw NativeErrors.ForFile(exception, $"'{Folder}' cannot be listed");
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <summary>Removes a region's name. Who has it open keeps it; who comes later does not find it.</summary>
    public static void Remove(RegionName name)
    {
        if (OperatingSystem.IsWindows() && !name.IsPath)
        {
            // Throws when there is none.
            OpenedRegion opened = Open(new RegionRequest(
                name, RegionMode.Open, new RingOptions { Access = RingAccess.ReadOnly }, RingKind.None, 0));
            opened.View.Dispose();
            opened.Backing.Dispose();
            throw new RingException(
                $"'{name}' is in use, and Windows removes a named section by itself when the last process that has it open closes it.");
        }

        string path = PathOf(name);
        try
        {
            if (!File.Exists(path))
                throw new RingNotFoundException($"There is no region '{name}'.");
            byte[] page = PageOf(path, name.ToString());
            if (page.Length > 0 && !RegionFile.IsRegion(page))
                throw new RingCorruptException($"'{name}' is not a RingShm region, and is left as it is.");
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException and not RingException or UnauthorizedAccessException)
        {
            throw NativeErrors.ForFile(exception, $"'{name}' cannot be removed");
        }
    }

    private static string PathOf(RegionName name) => name.IsPath ? name.Value : Path.Combine(Folder, name.Value);

    /// <summary>False, too, for a file that may not be read: whoever may not read it has no use for its name.</summary>
    private static bool IsRegionFile(string path)
    {
        try
        {
            return RegionFile.IsRegion(PageOf(path, path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static byte[] PageOf(string path, string name)
    {
        using SafeFileHandle file = RegularFile.Open(path, FileAccess.Read, name);
        return RegionFile.ReadPage(file);
    }
}
