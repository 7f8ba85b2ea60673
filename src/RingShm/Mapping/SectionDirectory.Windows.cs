using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace RingShm.Mapping;

/// <summary>
/// Windows: the sections in this logon session's object directory. The documented calls open objects by name only, so the
/// directory is read through ntdll, as the system's own object viewers do.
/// </summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class SectionDirectory
{
    private const uint DirectoryQuery = 1;
    private const uint BufferBytes = 64 * 1024;
    private const string SectionType = "Section";

    /// <summary>The names in <c>Local\</c> that are published RingShm regions this account may look at.</summary>
    public static IReadOnlyList<string> List()
    {
        SortedSet<string> names = new(StringComparer.Ordinal);
        foreach (string name in Names(DirectoryPath()))
        {
            if (RegionName.IsValidName(name) && IsRegion(name))
                names.Add(name);
        }

        return [.. names];
    }

    private static bool IsRegion(string name)
    {
        try
        {
            OpenedRegion opened = RegionSection.Open(new RegionRequest(
                name, RegionMode.Open, new RingOptions { Access = RingAccess.ReadOnly, OpenTimeout = TimeSpan.Zero }, RingKind.None, 0));
            opened.View.Dispose();
            opened.Backing.Dispose();
            return true;
        }
        catch (Exception exception) when (exception is RingException or TimeoutException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string DirectoryPath()
    {
        using Process self = Process.GetCurrentProcess();
        return self.SessionId == 0 ? @"\BaseNamedObjects" : $@"\Sessions\{self.SessionId}\BaseNamedObjects";
    }

    private static List<string> Names(string directoryPath)
    {
        List<string> names = [];
        nint directory = OpenDirectory(directoryPath);
        nint buffer = (nint)NativeMemory.Alloc(BufferBytes);
        try
        {
            uint context = 0;
            // One entry a call: simple, and the count of named objects bounds it.
            while (NtQueryDirectoryObject(directory, buffer, BufferBytes, singleEntry: true, restart: context == 0, ref context, out _) >= 0)
            {
                DirectoryEntry* entry = (DirectoryEntry*)buffer;
                if (entry->TypeName.ToString() == SectionType)
                    names.Add(entry->Name.ToString());
            }

            return names;
        }
        finally
        {
            NativeMemory.Free((void*)buffer);
            _ = NtClose(directory);
        }
    }

    private static nint OpenDirectory(string path)
    {
        fixed (char* text = path)
        {
            UnicodeString name = new() { LengthBytes = (ushort)(path.Length * 2), MaximumBytes = (ushort)(path.Length * 2), Text = text };
            ObjectAttributes attributes = new() { Length = (uint)sizeof(ObjectAttributes), Name = &name };
            int status = NtOpenDirectoryObject(out nint directory, DirectoryQuery, &attributes);
            return status >= 0
                ? directory
                : throw new RingException($"The object directory {path} cannot be listed (status 0x{status:X8}).");
        }
    }

    [LibraryImport("ntdll.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int NtOpenDirectoryObject(out nint directory, uint access, ObjectAttributes* attributes);

    [LibraryImport("ntdll.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int NtQueryDirectoryObject(
        nint directory, nint buffer, uint length, [MarshalAs(UnmanagedType.U1)] bool singleEntry,
        [MarshalAs(UnmanagedType.U1)] bool restart, ref uint context, out uint returned);

    [LibraryImport("ntdll.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int NtClose(nint handle);

    [StructLayout(LayoutKind.Sequential)]
    private struct UnicodeString
    {
        public ushort LengthBytes;
        public ushort MaximumBytes;
        public char* Text;

        public override readonly string ToString() => new(Text, 0, LengthBytes / sizeof(char));
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ObjectAttributes
    {
        public uint Length;
        public nint Root;
        public UnicodeString* Name;
        public uint Attributes;
        public nint Security;
        public nint Quality;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct DirectoryEntry
    {
        public UnicodeString Name;
        public UnicodeString TypeName;
    }
}
